import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CommandStop, CommandStopped, watchProcess } from './command-stop.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a stop', () => {
  it('ends a command at once that asked for no grace', async () => {
    const stop = new CommandStop()
    stop.stop('SIGTERM')
    expect(stop.signal.aborted).toBe(true)
    await expect(stop.overdue).rejects.toBeInstanceOf(CommandStopped)
  })

  it('leaves a command the grace that it asked for', async () => {
    const stop = new CommandStop()
    const ended = vi.fn()
    stop.overdue.catch(ended)
    stop.allowGrace(1000)
    stop.stop('SIGINT')
    expect(stop.signal.aborted).toBe(true)
    await vi.advanceTimersByTimeAsync(999)
    expect(ended).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(ended).toHaveBeenCalledOnce()
  })

  it('keeps the first cause', () => {
    const stop = new CommandStop()
    stop.allowGrace(1000)
    stop.stop('timeout')
    stop.stop('SIGINT')
    expect(stop.stopped?.stopCause).toBe('timeout')
  })

  it('comes by itself when the time is over', async () => {
    const stop = new CommandStop()
    stop.stopAfter(50)
    await vi.advanceTimersByTimeAsync(49)
    expect(stop.stopped).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(stop.stopped?.stopCause).toBe('timeout')
  })
})

describe('the process', () => {
  const watched = (): {
    readonly events: EventEmitter
    readonly exit: ReturnType<typeof vi.fn>
    readonly stop: CommandStop
  } => {
    const exit = vi.fn()
    const events = Object.assign(new EventEmitter(), { exit })
    const stop = new CommandStop()
    stop.allowGrace(1000)
    // The parts of a process that are watched.
    watchProcess(events as unknown as NodeJS.Process, stop)
    return { events, exit, stop }
  }

  it('stops the command at the first signal and ends at the second', () => {
    const { events, exit, stop } = watched()
    events.emit('SIGINT')
    expect(stop.stopped?.stopCause).toBe('SIGINT')
    expect(exit).not.toHaveBeenCalled()
    events.emit('SIGTERM')
    expect(exit).toHaveBeenCalledExactlyOnceWith(143)
  })

  it('stops a command that nothing can wake any more', () => {
    const { events, stop } = watched()
    events.emit('beforeExit')
    expect(stop.stopped?.stopCause).toBe('stalled')
  })
})

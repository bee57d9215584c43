import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { DataStream } from './streams.ts'

interface Sink {
  readonly stream: NodeJS.WriteStream
  readonly written: string[]
}

function sink(failure?: Error): Sink {
  const written: string[] = []
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      if (failure === undefined) written.push(String(chunk))
      done(failure)
    },
  })
  // The parts of a standard stream that are used.
  return { stream: stream as unknown as NodeJS.WriteStream, written }
}

const systemError = (code: string): Error => Object.assign(new Error(code), { code })

describe('standard output', () => {
  it('takes data', async () => {
    const { stream, written } = sink()
    await new DataStream(stream).write('a')
    expect(written).toEqual(['a'])
  })

  it('notices that its reader has gone, and goes on without', async () => {
    const output = new DataStream(sink(systemError('EPIPE')).stream)
    await output.write('a')
    expect(output.closed).toBe(true)
    await output.write('b')
  })

  it('does not hide that data was lost', async () => {
    const output = new DataStream(sink(systemError('ENOSPC')).stream)
    await expect(output.write('a')).rejects.toMatchObject({ code: 'ENOSPC' })
  })

  it('takes nothing from a command that was given up', async () => {
    const { stream, written } = sink()
    const output = new DataStream(stream)
    output.close()
    await output.write('a')
    expect(written).toEqual([])
  })
})

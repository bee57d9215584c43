import { describe, expect, it } from 'vitest'
import { KeyedQueue } from './keyed-queue.ts'

describe('KeyedQueue', () => {
  it('runs tasks of one key one after the other, also after a failure', async () => {
    const queue = new KeyedQueue()
    const steps: string[] = []
    const task =
      (name: string, fails = false) =>
      async () => {
        steps.push(`${name} begins`)
        await Promise.resolve()
        steps.push(`${name} ends`)
        if (fails) throw new Error(name)
        return name
      }
    const outcomes = await Promise.allSettled([
      queue.run('k', task('a', true)),
      queue.run('k', task('b')),
      queue.run('other', task('c')),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
    expect(steps.filter((step) => !step.startsWith('c'))).toEqual([
      'a begins',
      'a ends',
      'b begins',
      'b ends',
    ])
    expect(steps.indexOf('c begins')).toBeLessThan(steps.indexOf('a ends'))
  })

  it('is drained when nothing runs and nothing waits, tasks of tasks included', async () => {
    const queue = new KeyedQueue()
    let isDone = false
    const inner = async () => {
      await Promise.resolve()
      isDone = true
    }
    void queue.run('k', async () => void queue.run('j', inner))
    await queue.drained()
    expect(isDone).toBe(true)
    await queue.drained()
  })
})

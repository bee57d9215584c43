import { MfmError } from '@mfm/errors'
import { describe, expect, it } from 'vitest'
import type { Change, Commit } from './group-commit.ts'
import { GroupCommit } from './group-commit.ts'

function applyAll(changes: readonly Change[]): void {
  for (const change of changes) change.apply()
}

/** A commit that applies each change and says how many it was given. */
function recording(sizes: number[]): Commit {
  return (changes) => {
    sizes.push(changes.length)
    applyAll(changes)
  }
}

describe('GroupCommit', () => {
  it('commits what is asked for in one turn together, in order', async () => {
    const sizes: number[] = []
    const group = new GroupCommit(recording(sizes), 0)
    const applied: number[] = []
    const submit = (value: number): Promise<number> =>
      group.submit(undefined, () => {
        applied.push(value)
        return value
      })
    const later = submit(1).then(() => submit(4))
    expect(await Promise.all([submit(2), submit(3), later])).toEqual([2, 3, 4])
    expect(applied).toEqual([1, 2, 3, 4])
    expect(sizes).toEqual([3, 1])
  })

  it('resolves nothing before the commit is done', async () => {
    const events: string[] = []
    const commit: Commit = (changes) => {
      applyAll(changes)
      events.push('committed')
    }
    const group = new GroupCommit(commit, 0)
    await group.submit(undefined, () => events.push('applied')).then(() => events.push('resolved'))
    expect(events).toEqual(['applied', 'committed', 'resolved'])
  })

  it('rejects everybody with the error of the commit, and goes on', async () => {
    const failure = new MfmError('store_unavailable')
    let isBroken = true
    const group = new GroupCommit((changes) => {
      applyAll(changes)
      if (isBroken) throw failure
    }, 10_000)
    const results = await Promise.allSettled([1, 2].map((n) => group.submit(undefined, () => n)))
    expect(results).toEqual([1, 2].map(() => ({ status: 'rejected', reason: failure })))
    isBroken = false
    expect(await group.submit(undefined, () => 3)).toBe(3)
  })

  it('leaves out what was aborted before the commit', async () => {
    const sizes: number[] = []
    const group = new GroupCommit(recording(sizes), 0)
    const controller = new AbortController()
    const aborted = group.submit(controller.signal, () => 'never')
    const kept = group.submit(undefined, () => 'kept')
    controller.abort('reason')
    await expect(aborted).rejects.toBe('reason')
    expect(await kept).toBe('kept')
    expect(sizes).toEqual([1])
  })

  it('waits while the file is busy, taking in what comes meanwhile, and not for ever', async () => {
    const sizes: number[] = []
    let tries = 0
    const group = new GroupCommit((changes: readonly Change[]) => {
      tries++
      if (tries < 4) throw new MfmError('store_busy')
      recording(sizes)(changes)
    }, 10_000)
    const first = group.submit(undefined, () => 1)
    while (tries < 2) await new Promise(setImmediate)
    const second = group.submit(undefined, () => 2)
    expect(await Promise.all([first, second])).toEqual([1, 2])
    expect(sizes).toEqual([2])

    const hopeless = new GroupCommit(() => {
      throw new MfmError('store_busy')
    }, 5)
    await expect(hopeless.submit(undefined, () => 1)).rejects.toMatchObject({ code: 'store_busy' })
  })

  it('is idle when everything is settled', async () => {
    const group = new GroupCommit(recording([]), 0)
    await group.idle()
    let isSettled = false
    void group
      .submit(undefined, () => 1)
      .then(() => {
        isSettled = true
      })
    await group.idle()
    expect(isSettled).toBe(true)
  })
})

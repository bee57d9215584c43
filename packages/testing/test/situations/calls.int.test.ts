import { hasCode } from '@mfm/errors'
import { fetchThrough } from '@mfm/transport-http'
import { expect, it } from 'vitest'
import { inGit } from './in-git.ts'

it('retries: each try gets its own answer', async () => {
  const { live, replayed, kinds } = await inGit({
    recorded: (origin) => async (io) => {
      const seen: unknown[] = []
      for (let ok = false; !ok; ) {
        const response = await fetchThrough(io, `${origin}/flaky`)
        seen.push(response.status, await response.text())
        ok = response.ok
      }
      return seen
    },
  })
  expect(live).toEqual([503, 'try 1', 200, 'try 2'])
  expect([replayed, kinds]).toEqual([live, []])
})

it('retries: one more than recorded is exhausted, and not the last answer again', async () => {
  const asking =
    (times: number) => (origin: string) => async (io: Parameters<typeof fetchThrough>[0]) => {
      for (let count = 0; count < times; count += 1) await fetchThrough(io, `${origin}/count`)
    }
  const { kinds } = await inGit({ recorded: asking(2), today: asking(3) })
  expect(kinds).toEqual(['exhausted'])
})

it('concurrent identical calls: each caller gets the answer that it got', async () => {
  const { live, replayed, kinds } = await inGit({
    recorded: (origin) => async (io) =>
      await Promise.all(
        [1, 2, 3, 4].map(async () => await (await fetchThrough(io, `${origin}/count`)).text()),
      ),
  })
  expect(new Set(live as string[]).size).toBe(4) // a list of texts, as the program makes it
  expect([replayed, kinds]).toEqual([live, []])
})

it('abort: a call that its caller gave up is given up again, and a lost connection is lost again', async () => {
  const { live, replayed, kinds } = await inGit({
    recorded: (origin) => async (io) => {
      const codeOf = async (path: string, signal?: AbortSignal): Promise<string> => {
        try {
          await fetchThrough(io, `${origin}${path}`, { signal })
          return 'answered'
        } catch (error) {
          return hasCode(error, 'call_aborted', 'http_failed') ? error.code : String(error)
        }
      }
      const stop = new AbortController()
      const given = codeOf('/hang', stop.signal)
      const dropped = await codeOf('/drop')
      stop.abort()
      return [await given, dropped]
    },
  })
  expect(live).toEqual(['call_aborted', 'http_failed'])
  expect([replayed, kinds]).toEqual([live, []])
})

it('ordering: the answer that won a race wins it again', async () => {
  const { live, replayed, kinds } = await inGit({
    recorded: (origin) => async (io) => {
      const ask = async (path: string): Promise<string> =>
        await (await fetchThrough(io, `${origin}${path}`)).text()
      const both = [ask('/slow'), ask('/fast')]
      const winner = await Promise.race(both)
      await ask('/release')
      return [winner, ...(await Promise.all(both))]
    },
  })
  expect(live).toEqual(['fast', 'slow', 'fast'])
  expect([replayed, kinds]).toEqual([live, []])
})

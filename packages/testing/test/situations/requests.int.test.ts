import type { IoProvider, RequestValue } from '@mfm/core-types'
import { secret } from '@mfm/secrets'
import { fetchThrough } from '@mfm/transport-http'
import { describe, expect, it } from 'vitest'
import { inGit } from './in-git.ts'

const posting = (json: RequestValue) => (origin: string) => async (io: IoProvider) =>
  await (await fetchThrough(io, `${origin}/echo`, { method: 'POST', json })).text()

it('changed body: the difference names the place and both values', async () => {
  const { kinds, row } = await inGit({
    recorded: posting({ item: 'tea', size: 1 }),
    today: posting({ item: 'tea', size: 2 }),
  })
  expect(kinds).toEqual(['missing'])
  expect(row).toMatchObject({ recorded: 1, produced: 2 })
  expect(row).toMatchObject({ pointer: expect.stringMatching(/\/size$/) })
})

it('missing: a call that was not recorded is refused, even where the program hides it', async () => {
  const { replayed, kinds } = await inGit({
    recorded: (origin) => async (io) => (await fetchThrough(io, `${origin}/known`)).status,
    today: (origin) => async (io) => {
      const { status } = await fetchThrough(io, `${origin}/known`)
      await fetchThrough(io, `${origin}/new`).catch(() => undefined)
      return status
    },
  })
  expect([replayed, kinds]).toEqual([200, ['missing']])
})

it('what is recorded and not asked for is named', async () => {
  const { kinds } = await inGit({
    recorded: (origin) => async (io) => {
      await fetchThrough(io, `${origin}/known`)
      await fetchThrough(io, `${origin}/other`)
    },
    today: (origin) => async (io) => {
      await fetchThrough(io, `${origin}/known`)
    },
  })
  expect(kinds).toEqual(['unused'])
})

describe('secrets', () => {
  const KEY = 'value-of-the-key-41'
  const login =
    (header: string, password: RequestValue) => (origin: string) => async (io: IoProvider) => {
      const init = {
        method: 'POST',
        headers: { authorization: `Bearer ${header}` },
        json: { user: 'ada', password },
      }
      return (await fetchThrough(io, `${origin}/known`, init)).status
    }

  it('in headers and, as handles, in bodies are sent and not kept; another value replays', async () => {
    const { live, replayed, kinds, text } = await inGit({
      recorded: login(`header-${KEY}`, secret('login')),
      today: login('another-one', secret('login')),
      options: { secrets: { login: KEY } },
    })
    expect(live).toBe(200)
    expect([replayed, kinds]).toEqual([200, []])
    expect(text).toContain('[secret:login]')
    expect(text).not.toContain(KEY)
    expect(text).not.toContain(Buffer.from(KEY).toString('base64'))
  })

  it('that stand in a body in the clear are refused before anything is sent', async () => {
    await expect(inGit({ recorded: login('x', 'clear-text-pass-9') })).rejects.toMatchObject({
      code: 'secrets_detected',
    })
  })

  it('that an answer echoes are refused', async () => {
    const echoing = posting({ note: 'x', password: secret('login') })
    await expect(
      inGit({ recorded: echoing, options: { secrets: { login: KEY } } }),
    ).rejects.toMatchObject({ code: 'secrets_detected' })
  })
})

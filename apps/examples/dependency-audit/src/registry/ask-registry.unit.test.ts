import type { ErrorCode } from '@mfm/errors'
import { MfmError } from '@mfm/errors'
import type { Io } from '@mfm/workflow'
import { describe, expect, it } from 'vitest'
import { askRegistry } from './ask-registry.ts'

/** Answers about `a`; every other question ends with an error. */
function io(code: ErrorCode): Pick<Io, 'fetch'> {
  return {
    fetch: (input) => {
      const isAboutA = typeof input === 'object' && 'path' in input && input.path === '/a'
      return isAboutA ? Promise.resolve(Response.json({})) : Promise.reject(new MfmError(code))
    },
  }
}

const WANTED = ['a', 'b'].map((name) => ({ name, range: '1.0.0' }))

describe('an error in the middle of the questions', () => {
  it.each(['http_failed', 'http_timeout', 'http_body_too_large', 'http_select_failed'] as const)(
    'is told in its place: %s',
    async (code) => {
      const releases = await askRegistry(io(code), WANTED)
      expect(releases.map(({ problem }) => problem)).toEqual([
        'no version is 1.0.0',
        `no answer: ${code}`,
      ])
    },
  )

  it.each(['missing_fact', 'call_aborted', 'fact_diverged', 'secrets_detected'] as const)(
    'ends the state where it is no matter of the registry: %s',
    async (code) => {
      await expect(askRegistry(io(code), WANTED)).rejects.toMatchObject({ code })
    },
  )
})

it.each([
  ['http_failed', true],
  ['http_timeout', false],
  ['http_endpoint_unknown', false],
  ['http_select_failed', false],
] as const)('is no registry where the first question ends with %s', async (code, retryable) => {
  await expect(askRegistry(io(code), WANTED.toReversed())).rejects.toMatchObject({
    code: 'registry_unreachable',
    retryable,
  })
})

import { describe, expect, it } from 'vitest'
import { DEFAULT_RUN_CONFIG, runConfigSchema } from './run-config.ts'

describe('runConfigSchema', () => {
  it('takes the default settings', () => {
    expect(runConfigSchema.parse(DEFAULT_RUN_CONFIG)).toEqual(DEFAULT_RUN_CONFIG)
  })

  it.each([
    ['error', 'strict'],
    ['accept', 'accept-recorded'],
  ])('reads the divergence %j of older manifests as %j', (before, divergence) => {
    const config = runConfigSchema.parse({ ...DEFAULT_RUN_CONFIG, divergence: before })
    expect(config).toEqual({ ...DEFAULT_RUN_CONFIG, divergence })
  })

  it.each([
    ['an unknown policy', { divergence: 'lax' }],
    ['an unknown setting', { durability: 'pipelined' }],
    ['an unknown profile', { eventProfile: 'verbose' }],
    ['a negative wait', { retry: { maxAttempts: 1, backoff: { type: 'fixed', delayMillis: -1 } } }],
    ['a fraction', { maxOrphanAttempts: 0.5 }],
  ])('refuses %s instead of ignoring it', (_name, change) => {
    expect(runConfigSchema.safeParse({ ...DEFAULT_RUN_CONFIG, ...change }).success).toBe(false)
  })
})

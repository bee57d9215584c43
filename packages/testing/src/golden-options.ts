import type { RunConfig, Transport } from '@mfm/core-types'
import type { SystemSources } from '@mfm/io-live'
import { SecretGuard } from '@mfm/secrets'

/**
 * What a recording needs; a verification asks for none of it. `clock` and `randomBytes` are steady unless given, so
 * that recording twice gives the same file: 2000-01-01T00:00:00Z, moved by sleeps alone, and noise made of the name.
 */
export interface GoldenOptions extends Partial<SystemSources> {
  /** Performs live IO. */
  readonly transport?: Transport | undefined
  /** Values of `secret('name')` handles; refused wherever an answer echoes them. */
  readonly secrets?: Readonly<Record<string, string>> | undefined
  /** Where `MFM_SECRET_<NAME>` is looked up, usually `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** Judges what looks like a secret, with audited exceptions; one that refuses where absent. */
  readonly guard?: SecretGuard | undefined
  /** What a recorded fact is that nothing asks for: a failure (default), or nothing. */
  readonly unused?: 'error' | 'ignore' | undefined
  /** Where the files are; `__golden__` beside the test where absent. */
  readonly folder?: string | undefined
}

export interface GoldenOpOptions extends GoldenOptions {
  /** Of the workflow. In a verification it is compared with the recorded one; where absent, that one is taken. */
  readonly input?: unknown
  /** Overrides the op's own settings when recording. */
  readonly runConfig?: Partial<RunConfig> | undefined
  /** Whether a failed run may be recorded. Default `false`: a server that is down is no golden run. */
  readonly mayFail?: boolean | undefined
}

/** Knows the secrets of a test. */
export function guardOf({ guard, secrets }: GoldenOptions): SecretGuard {
  const own = guard ?? new SecretGuard({ mode: 'refuse' })
  for (const [name, value] of Object.entries(secrets ?? {})) own.register(value, name)
  return own
}

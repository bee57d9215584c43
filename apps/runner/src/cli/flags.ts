import type { DivergencePolicy } from '@mfm/core-types'
import type { OutputFormat } from './cli.ts'

// Aliases, not interfaces: the parser asks for types that are also records.

/** Every command takes these. */
export type CommonFlags = {
  readonly output?: OutputFormat
  readonly store?: string
  readonly events?: string
  readonly artifacts?: string
  readonly facts?: string
  readonly verbose?: boolean
  readonly 'command-timeout'?: number
}

/** Of commands that execute the code of a workflow. */
export type AmbientFlags = {
  readonly ambient?: 'warn' | 'refuse' | 'off'
}

/** Of commands that start a run. */
export type InputFlags = CommonFlags & {
  readonly input?: string
  readonly 'input-file'?: string
}

export type RunFlags = InputFlags &
  AmbientFlags & {
    readonly 'run-id'?: string
  }

/** Of commands that need the code of a recorded run. */
export type CodeFlags = CommonFlags &
  AmbientFlags & {
    readonly workflow?: string
  }

/** Named here again, since whoever loads the schemas loads zod, which `--help` has no need of. */
export const DIVERGENCE_VALUES: readonly DivergencePolicy[] = Object.keys({
  strict: true,
  'allow-added': true,
  'allow-reordered': true,
  'accept-recorded': true,
  'rerun-if-changed': true,
} satisfies Record<DivergencePolicy, true>) as DivergencePolicy[] // the names of that record

export type ReplayFlags = CodeFlags & {
  readonly divergence?: DivergencePolicy
}

export type TimedReplayFlags = ReplayFlags & {
  readonly timing?: boolean
}

export type VerifyFlags = ReplayFlags & {
  readonly all?: boolean
}

export type DoctorFlags = InputFlags & {
  readonly determinism?: string
}

export type RunsFlags = CommonFlags & {
  readonly limit?: number
  readonly phase?: 'recording' | 'running' | 'completed' | 'failed' | 'cancelled'
  readonly op?: string
  readonly cursor?: string
}

export type EventsFlags = CommonFlags & {
  readonly from?: number
  readonly to?: number
}

export type WhyFlags = CommonFlags & {
  readonly at?: string
}

export type DiffFlags = CommonFlags & {
  readonly 'store-b'?: string
  readonly limit?: number
}

export type ExportFlags = CommonFlags & {
  readonly file: string
  readonly 'omit-bodies-above'?: number
  readonly 'allow-secrets'?: boolean
}

export type GoldenFlags = CommonFlags & {
  readonly file?: string
  readonly force?: boolean
}

export type ImportFlags = CommonFlags & {
  readonly 'max-bytes'?: number
  readonly 'max-document-bytes'?: number
  readonly 'max-entries'?: number
}

export type ForkFlags = CommonFlags &
  AmbientFlags & {
    readonly at: string
    readonly 'set-fact'?: readonly string[]
    readonly 'set-context'?: readonly string[]
    readonly with?: string
    readonly live?: boolean
    readonly divergence?: DivergencePolicy
    readonly 'run-id'?: string
  }

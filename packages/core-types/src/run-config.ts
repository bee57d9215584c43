import { z } from 'zod'
import type { DivergencePolicy } from './divergence-policy.ts'
import { divergencePolicySchema } from './divergence-policy.ts'
import type { NumberProfile } from './json.ts'

/** Wait before the next attempt. Exponential: `min(maxDelayMillis, baseDelayMillis × 2^min(attempt, 31))`, no jitter. */
export type Backoff =
  | { readonly type: 'fixed'; readonly delayMillis: number }
  | {
      readonly type: 'exponential'
      readonly baseDelayMillis: number
      readonly maxDelayMillis: number
    }

export interface RetryPolicy {
  /** All attempts at one state, the first included; 0 and 1 both mean no retry. */
  readonly maxAttempts: number
  readonly backoff: Backoff
}

/** `fan_out_join` is known on the wire and refused with `unsupported_execution_mode` until it is built. */
export type ExecutionMode =
  | { readonly type: 'sequential' }
  | { readonly type: 'fan_out_join'; readonly maxConcurrency: number }

/** Settings of one run, part of its manifest and so fixed for its life. Every one does what it says. */
export interface RunConfig {
  readonly v: 1
  readonly numbers: NumberProfile
  readonly retry: RetryPolicy
  /** Attempts of one state that may end with the process before the run fails; they do not count as retries. */
  readonly maxOrphanAttempts: number
  /** `minimal` drops the events that states emit; kernel events and facts are always written. */
  readonly eventProfile: 'minimal' | 'normal'
  readonly execution: ExecutionMode
  /** A state that has one of these tags completes without running. */
  readonly skipTags: readonly string[]
  /** Where neither the call nor its state says another. */
  readonly divergence: DivergencePolicy
  /** Whether facts remember where in the code they were asked for; costs a stack per fact. Default `false`. */
  readonly locations?: boolean
  /** What is done with a value that looks like a secret on its way into storage. */
  readonly secrets: 'refuse' | 'redact'
  /** Whole-run limit in ms of wall clock from the start event; `null` for none. */
  readonly runDeadlineMillis: number | null
  readonly attemptDeadlineMillis: number | null
}

export const DEFAULT_RUN_CONFIG: RunConfig = Object.freeze<RunConfig>({
  v: 1,
  numbers: 'rfc8785',
  retry: { maxAttempts: 1, backoff: { type: 'fixed', delayMillis: 0 } },
  maxOrphanAttempts: 10,
  eventProfile: 'normal',
  execution: { type: 'sequential' },
  skipTags: [],
  divergence: 'strict',
  secrets: 'refuse',
  runDeadlineMillis: null,
  attemptDeadlineMillis: null,
})

const millis = z.int().nonnegative()

export const runConfigSchema: z.ZodType<RunConfig> = z.strictObject({
  v: z.literal(1),
  numbers: z.enum(['rfc8785', 'integers_only']),
  retry: z.strictObject({
    maxAttempts: z.int().nonnegative(),
    backoff: z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('fixed'), delayMillis: millis }),
      z.strictObject({
        type: z.literal('exponential'),
        baseDelayMillis: millis,
        maxDelayMillis: millis,
      }),
    ]),
  }),
  maxOrphanAttempts: z.int().nonnegative(),
  eventProfile: z.enum(['minimal', 'normal']),
  execution: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('sequential') }),
    z.strictObject({ type: z.literal('fan_out_join'), maxConcurrency: z.int().positive() }),
  ]),
  skipTags: z.array(z.string()).readonly(),
  divergence: divergencePolicySchema,
  locations: z.boolean().exactOptional(),
  secrets: z.enum(['refuse', 'redact']),
  runDeadlineMillis: millis.nullable(),
  attemptDeadlineMillis: millis.nullable(),
})

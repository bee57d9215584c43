import type { AmbientAllowance, InstrumentedPart, InstrumentOptions } from '@mfm/ambient'
import type { DivergencePolicy, JsonValue, SideEffects } from '@mfm/core-types'
import { divergencePolicySchema } from '@mfm/core-types'
import { decode, parseId } from '@mfm/errors'
import type { AnyContextKey } from './context-key.ts'
import type { Io } from './io.ts'
import type { TypedContext } from './typed-context.ts'

/** What a state's `run` is given. */
export interface StateArguments<Read extends AnyContextKey, Write extends AnyContextKey> {
  readonly context: TypedContext<Read, Write>
  /** Every outside input comes through here: recorded once, answered from the record ever after. */
  readonly io: Io
  /** Writes an audit event to the run's stream. */
  readonly emit: (name: string, payload: JsonValue) => Promise<void>
  /** Aborted when the attempt must end; `io` observes it by itself. */
  readonly signal: AbortSignal
}

export interface StateOptions<
  Reads extends readonly AnyContextKey[],
  Writes extends readonly AnyContextKey[],
> {
  /** Keys that the state reads; it may read those that it writes as well. */
  readonly reads?: Reads
  readonly writes?: Writes
  /** States that must have completed before; by default the one listed before it in the op. */
  readonly after?: readonly State[]
  /** For `skipTags` of the run config. */
  readonly tags?: readonly string[]
  /** `pure` refuses every outside input. Default `read_only_io`. */
  readonly sideEffects?: SideEffects
  /** For the calls of the state that say no other; that of the run by default. Part of the plan. */
  readonly divergence?: DivergencePolicy | undefined
  /**
   * Answers `fetch`, the clock, timers and randomness of code that was not written for `io`, such as an SDK, from `io`.
   * `true` for all of it, or the parts that are meant, or options.
   */
  readonly instrument?: true | readonly InstrumentedPart[] | InstrumentOptions
  /** Outside input that the state may take past `io`, because it takes no part in what the state does. */
  readonly ambient?: AmbientRules
  readonly run: (args: StateArguments<Reads[number], Writes[number]>) => void | Promise<void>
}

export interface AmbientRules {
  /** Kinds, such as `env`, or kinds where one package asks, such as `time:pino`. */
  readonly allow: readonly AmbientAllowance[]
}

/** One step of an op. */
export interface State {
  /** Unique within the op. */
  readonly id: string
  readonly reads: readonly AnyContextKey[]
  readonly writes: readonly AnyContextKey[]
  readonly after: readonly State[] | undefined
  readonly tags: readonly string[]
  readonly sideEffects: SideEffects
  readonly divergence: DivergencePolicy | undefined
  /** `undefined` where nothing is instrumented. */
  readonly instrument: InstrumentOptions | undefined
  readonly ambient: AmbientRules
  readonly run: (args: StateArguments<AnyContextKey, AnyContextKey>) => void | Promise<void>
}

/**
 * Declares a state.
 *
 * @param id one segment
 * @throws MfmError `invalid_id`; `invalid_option` for a policy that is none
 *
 * @example
 * const ask = state('ask', {
 *   reads: [name],
 *   writes: [greeting],
 *   run: async ({ context, io }) => {
 *     const answer = await io.fetch(`https://example.com/hello?name=${await context.read(name)}`)
 *     context.write(greeting, await answer.text())
 *   },
 * })
 */
export function state<
  const Reads extends readonly AnyContextKey[] = readonly [],
  const Writes extends readonly AnyContextKey[] = readonly [],
>(id: string, options: StateOptions<Reads, Writes>): State {
  const { divergence } = options
  const what = `the divergence policy of ${id}`
  return Object.freeze({
    id: parseId('segment', id),
    reads: options.reads ?? [],
    writes: options.writes ?? [],
    after: options.after,
    tags: options.tags ?? [],
    sideEffects: options.sideEffects ?? 'read_only_io',
    divergence:
      divergence && decode(divergencePolicySchema, divergence, 'invalid_option', { what }),
    instrument: instrumentOptions(options.instrument),
    ambient: options.ambient ?? { allow: [] },
    run: options.run,
  })
}

function instrumentOptions(
  given: StateOptions<[], []>['instrument'],
): InstrumentOptions | undefined {
  if (given === true) return {}
  return isList(given) ? { parts: given } : given
}

function isList(value: unknown): value is readonly InstrumentedPart[] {
  return Array.isArray(value)
}

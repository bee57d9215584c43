import { z } from 'zod'

/**
 * What is done where today's code asks for something else than was recorded:
 *
 * - `strict`: every difference is a divergence
 * - `allow-added`: a call that was not recorded may come; what follows it in its attempt is taken from the record
 * - `allow-reordered`: the calls of an attempt may come in another order
 * - `accept-recorded`: a bound key asked with another request gives the recorded answer
 * - `rerun-if-changed`: a bound key asked with another request is performed again in a live run, under a key of its own
 */
export type DivergencePolicy =
  | 'strict'
  | 'allow-added'
  | 'allow-reordered'
  | 'accept-recorded'
  | 'rerun-if-changed'

export const DIVERGENCE_POLICIES: readonly DivergencePolicy[] = Object.freeze([
  'strict',
  'allow-added',
  'allow-reordered',
  'accept-recorded',
  'rerun-if-changed',
])

/** What manifests say that are older than the names. */
const OLDER_NAMES: ReadonlyMap<unknown, DivergencePolicy> = new Map([
  ['error', 'strict'],
  ['accept', 'accept-recorded'],
])

export const divergencePolicySchema: z.ZodType<DivergencePolicy> = z.preprocess(
  (given) => OLDER_NAMES.get(given) ?? given,
  z.enum(DIVERGENCE_POLICIES),
)

import type { FactKey, JsonValue } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { RecordedFact } from '@mfm/facts'
import type { SecretGuard } from '@mfm/secrets'

const NEAREST = 5
/** Facts that are looked at for likeness. */
const CANDIDATES = 10_000
/** Characters that are compared of a name or a key. */
const COMPARED = 400

/**
 * The one fact that a person names: by its key, as `state#ordinal`, or by the beginning of its key.
 *
 * @throws MfmError `fork_fact_unknown` with `details.nearest`: places and keys of the facts that are most like it
 */
export function findFact(
  facts: ReadonlyMap<FactKey, RecordedFact>,
  given: string,
  guard: SecretGuard,
): RecordedFact {
  const exact = facts.get(given) ?? factAt(facts, given)
  if (exact !== undefined) return exact
  const all = [...facts.values()]
  const begun = given === '' ? [] : all.filter(({ key }) => key.startsWith(given))
  const [only] = begun
  if (only !== undefined && begun.length === 1) return only
  const shown = guard.redactText(given.slice(0, 300))
  const near = (begun.length > 1 ? begun : mostLike(all, given)).slice(0, NEAREST)
  throw new MfmError('fork_fact_unknown', {
    message:
      begun.length > 1
        ? `${begun.length} facts have a key that begins with ${JSON.stringify(shown)}`
        : `the run recorded no fact ${JSON.stringify(shown)}`,
    details: { fact: shown, nearest: near.map(named) },
    help: nearText(near),
  })
}

/** How a person can name a fact: `machine.step.local#ordinal`; its key where the stream says no more. */
export function placeOf({ key, meta }: RecordedFact): string {
  return meta === undefined ? JSON.stringify(key) : `${meta.stateId}#${meta.ordinal}`
}

/** Of several attempts with such an operation the last one counts: it is the one that led on. */
function factAt(
  facts: ReadonlyMap<FactKey, RecordedFact>,
  given: string,
): RecordedFact | undefined {
  const [, state, ordinal] = /^([a-z0-9_.]+)#(\d{1,15})$/.exec(given) ?? []
  if (state === undefined) return undefined
  const found = [...facts.values()].filter(
    ({ meta }) =>
      meta !== undefined &&
      meta.ordinal === Number(ordinal) &&
      (meta.stateId === state || meta.stateId.split('.').at(-1) === state),
  )
  const states = new Set(found.map(({ meta }) => meta?.stateId))
  if (states.size > 1) return undefined
  return found.reduce<RecordedFact | undefined>(
    (last, fact) => ((fact.meta?.attempt ?? 0) >= (last?.meta?.attempt ?? 0) ? fact : last),
    undefined,
  )
}

function mostLike(facts: readonly RecordedFact[], given: string): readonly RecordedFact[] {
  const wanted = pairsOf(given)
  return facts
    .slice(0, CANDIDATES)
    .map((fact) => ({
      fact,
      likeness: Math.max(likeness(wanted, fact.key), likeness(wanted, placeOf(fact))),
    }))
    .sort((a, b) => b.likeness - a.likeness)
    .map(({ fact }) => fact)
}

/** Sørensen and Dice: twice the pairs of letters that both have, over all pairs. */
function likeness(wanted: ReadonlySet<string>, text: string): number {
  const own = pairsOf(text)
  let shared = 0
  for (const pair of own) if (wanted.has(pair)) shared += 1
  return (2 * shared) / Math.max(1, wanted.size + own.size)
}

function pairsOf(text: string): Set<string> {
  const cut = text.slice(-COMPARED)
  return new Set(Array.from({ length: cut.length }, (_, index) => cut.slice(index, index + 2)))
}

function named(fact: RecordedFact): JsonValue {
  const { key, meta } = fact
  return meta === undefined
    ? { key }
    : { key, at: placeOf(fact), attempt: meta.attempt, namespace: meta.namespace }
}

function nearText(near: readonly RecordedFact[]): string {
  if (near.length === 0) return 'The run recorded no facts.'
  return `Name one of ${near.map(placeOf).join(', ')}, or another that 'mfm events' lists.`
}

import type { ArtifactId, FactKey, FactMeta, StateId } from '@mfm/core-types'
import { attemptKeyParts } from '@mfm/facts'
import { attemptKey } from '../replay/recorded-run.ts'

/** What matching needs of a fact. */
export interface ComparedFact {
  readonly key: FactKey
  readonly payloadId: ArtifactId
  readonly meta: FactMeta | undefined
  readonly seq: number
}

/** Two facts that stand for one another, or one that the other run does not have. */
export interface FactPair {
  readonly a: ComparedFact | undefined
  readonly b: ComparedFact | undefined
}

export interface FactsOfRun {
  readonly facts: ReadonlyMap<FactKey, ComparedFact>
  /** Attempts that were ended from outside, by `attemptKey`. */
  readonly outsideEnds: ReadonlySet<string>
  /** States that a fork has from its parent. */
  readonly takenOver: ReadonlySet<StateId>
}

type Label = (fact: ComparedFact) => string | undefined

/**
 * Finds for each fact of one run the fact of the other that stands for it:
 *
 * 1. the one with the same key, where keys that hold the id of their run are read without it, and attempts that were
 *    ended from outside are not counted;
 * 2. in the same state and namespace, the one with the same request;
 * 3. in the same state and namespace, the one that comes after the same matched fact.
 *
 * In the order of recording. Times and noise of an attempt that was ended from outside led to nothing: they are left
 * out, as are the facts of states that a fork has from its parent.
 */
export function matchFacts(a: FactsOfRun, b: FactsOfRun): FactPair[] {
  const takenOver = new Set([...a.takenOver, ...b.takenOver])
  const [left, right] = [listOf(a, takenOver), listOf(b, takenOver)]
  const pairs = new Pairs(left, right)
  pairs.join(
    (fact) => plainKey(fact, a),
    (fact) => plainKey(fact, b),
  )
  pairs.join(byRequest(), byRequest())
  const anchors = pairs.numbers
  pairs.join(byPlace(left, anchors), byPlace(right, anchors))
  return pairs.all
}

class Pairs {
  readonly #left: ReadonlySet<ComparedFact>
  readonly #right: ReadonlySet<ComparedFact>
  readonly #partners = new Map<ComparedFact, ComparedFact>()

  constructor(left: readonly ComparedFact[], right: readonly ComparedFact[]) {
    this.#left = new Set(left)
    this.#right = new Set(right)
  }

  /** Pairs the facts without a partner that have one label. */
  join(labelA: Label, labelB: Label): void {
    const waiting = new Map<string, ComparedFact>()
    for (const fact of this.#left) {
      const label = this.#partners.has(fact) ? undefined : labelA(fact)
      if (label !== undefined) waiting.set(label, fact)
    }
    for (const fact of this.#right) {
      const label = this.#partners.has(fact) ? undefined : labelB(fact)
      const partner = label === undefined ? undefined : waiting.get(label)
      if (label === undefined || partner === undefined) continue
      waiting.delete(label)
      this.#partners.set(partner, fact)
      this.#partners.set(fact, partner)
    }
  }

  /** A number for each fact that has a partner; both of a pair have the same. */
  get numbers(): ReadonlyMap<ComparedFact, number> {
    const numbers = new Map<ComparedFact, number>()
    for (const fact of this.#left) {
      const partner = this.#partners.get(fact)
      if (partner === undefined) continue
      numbers.set(fact, fact.seq)
      numbers.set(partner, fact.seq)
    }
    return numbers
  }

  get all(): FactPair[] {
    const alone = [...this.#right].filter((fact) => !this.#partners.has(fact))
    const pairs: FactPair[] = [
      ...[...this.#left].map((fact) => ({ a: fact, b: this.#partners.get(fact) })),
      ...alone.map((fact) => ({ a: undefined, b: fact })),
    ]
    return pairs.sort((one, other) => seqOf(one) - seqOf(other))
  }
}

function listOf(
  { facts, outsideEnds }: FactsOfRun,
  takenOver: ReadonlySet<StateId>,
): ComparedFact[] {
  return [...facts.values()].filter(({ key, meta }) => {
    if (meta !== undefined && takenOver.has(meta.stateId)) return false
    const parts = attemptKeyParts(key)
    return parts === undefined || !outsideEnds.has(attemptKey(parts.stateId, parts.attempt))
  })
}

/** The key as it would be in any run. */
function plainKey({ key }: ComparedFact, { outsideEnds }: FactsOfRun): string {
  const parts = attemptKeyParts(key)
  if (parts === undefined) return `key ${key}`
  const { kind, stateId, attempt, rest } = parts
  let number = attempt
  for (let before = 0; before < attempt; before += 1) {
    if (outsideEnds.has(attemptKey(stateId, before))) number -= 1
  }
  return `derived ${kind}|${stateId}|${number}|${rest}`
}

function byRequest(): Label {
  const count = counter()
  return (fact) => {
    const group = groupOf(fact)
    const { requestId = null } = fact.meta ?? {}
    return group === undefined || requestId === null ? undefined : count(`${group}|${requestId}`)
  }
}

/** What a fact comes after, and how many without a partner come between. */
function byPlace(
  facts: readonly ComparedFact[],
  anchors: ReadonlyMap<ComparedFact, number>,
): Label {
  const count = counter()
  const lastAnchor = new Map<string, number>()
  const places = new Map<ComparedFact, string>()
  for (const fact of facts) {
    const group = groupOf(fact)
    if (group === undefined) continue
    const anchor = anchors.get(fact)
    if (anchor !== undefined) lastAnchor.set(group, anchor)
    else places.set(fact, count(`${group}|${lastAnchor.get(group) ?? 'start'}`))
  }
  return (fact) => places.get(fact)
}

function groupOf({ meta }: ComparedFact): string | undefined {
  return meta === undefined ? undefined : `${meta.stateId}|${meta.namespace}`
}

function counter(): (label: string) => string {
  const counts = new Map<string, number>()
  return (label) => {
    const count = counts.get(label) ?? 0
    counts.set(label, count + 1)
    return `${label}#${count}`
  }
}

function seqOf({ a, b }: FactPair): number {
  return a?.seq ?? b?.seq ?? 0
}

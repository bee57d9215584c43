import type { RunDifference, RunDifferenceKind } from './run-diff.ts'
import { RUN_DIFFERENCE_KINDS } from './run-diff.ts'

/** What was found: all of it counted, and of each kind as much listed as is wanted. */
export class DifferenceList {
  readonly #limit: number
  readonly #listed: RunDifference[] = []
  readonly #counts = new Map<RunDifferenceKind, number>()

  /** @param limit differences of one kind that are listed */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** @param describe called only for what is listed, so that no more documents are read than are shown */
  async add(
    kind: RunDifferenceKind,
    describe: () => Promise<Omit<RunDifference, 'kind'>>,
  ): Promise<void> {
    const count = this.#counts.get(kind) ?? 0
    this.#counts.set(kind, count + 1)
    if (count < this.#limit) this.#listed.push({ kind, ...(await describe()) })
  }

  /** Adds a difference where there are rows to show. */
  async addRows(
    kind: RunDifferenceKind,
    { stateId = null, rows }: Partial<Pick<RunDifference, 'stateId'>> & Pick<RunDifference, 'rows'>,
  ): Promise<void> {
    if (rows.length > 0) await this.add(kind, async () => ({ stateId, fact: null, rows }))
  }

  has(kind: RunDifferenceKind): boolean {
    return this.#counts.has(kind)
  }

  get listed(): readonly RunDifference[] {
    return this.#listed
  }

  get counts(): Readonly<Record<RunDifferenceKind, number>> {
    return countEach((kind) => this.#counts.get(kind) ?? 0)
  }

  get isEmpty(): boolean {
    return this.#counts.size === 0
  }
}

function countEach(
  countOf: (kind: RunDifferenceKind) => number,
): Readonly<Record<RunDifferenceKind, number>> {
  const rows = RUN_DIFFERENCE_KINDS.map((kind) => [kind, countOf(kind)])
  // Every kind is among them.
  return Object.fromEntries(rows) as Record<RunDifferenceKind, number>
}

import { randomUUID } from 'node:crypto'
import type { Subject } from '../case.ts'
import type { Harness, OpenedStores, OpenOptions } from '../harness.ts'

/** Longest that closing and destroying what one case left may take, each. */
const CLEANUP_MILLIS = 30_000

/** The two scopes of one case, what was opened on them, and their removal. */
export class Scopes {
  readonly first: string
  readonly second: string
  readonly #harness: Harness
  readonly #subject: Subject
  readonly #openings: Promise<OpenedStores>[] = []

  constructor(harness: Harness, caseId: string, subject: Subject) {
    this.#harness = harness
    this.#subject = subject
    // Not from the seed: two runs with one seed may share a server.
    const name = `${caseId.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-')}-${randomUUID().slice(0, 13)}`
    this.first = `${name}-a`
    this.second = `${name}-b`
  }

  async open(scope: string, options: OpenOptions): Promise<OpenedStores> {
    const opening = this.#harness.open(scope, options)
    this.#openings.push(opening)
    const stores = await opening
    for (const port of this.#harness.ports) {
      if (stores[port] === undefined) throw new Error(`open gave no ${port}, which the harness has`)
    }
    if (this.#subject === 'all' && stores.atomic === undefined) {
      throw new Error('open gave no atomic recorder, which the first opening had')
    }
    return stores
  }

  /** Closes everything, then destroys both scopes: each is tried even where another fails. */
  async release(): Promise<void> {
    const problems: unknown[] = []
    await bounded('closing the stores', this.#closeAll()).catch((error) => problems.push(error))
    for (const scope of [this.first, this.second]) {
      const destroying = this.#harness.destroy(scope)
      await bounded(`destroying ${scope}`, destroying).catch((error) => problems.push(error))
    }
    if (problems.length > 0) throw new AggregateError(problems, 'cleaning up after the case failed')
  }

  async #closeAll(): Promise<void> {
    const openings = await Promise.allSettled(this.#openings)
    const opened = openings.flatMap((opening) =>
      opening.status === 'fulfilled' ? [opening.value] : [],
    )
    await Promise.all(opened.map((stores) => stores.close()))
  }
}

async function bounded(what: string, work: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new Error(`${what} took longer than ${CLEANUP_MILLIS} ms`)),
    CLEANUP_MILLIS,
  )
  try {
    await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}

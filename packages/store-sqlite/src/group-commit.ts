import { setImmediate as nextTurn } from 'node:timers/promises'
import { Patience } from './patience.ts'

/** A change that shares its transaction with others. */
export class Change<T = unknown> {
  readonly signal: AbortSignal | undefined
  readonly #apply: () => T
  readonly #resolve: (value: T) => void
  readonly #reject: (reason: unknown) => void
  #outcome: { readonly value: T } | { readonly error: unknown } | undefined

  constructor(
    signal: AbortSignal | undefined,
    apply: () => T,
    resolve: (value: T) => void,
    reject: (reason: unknown) => void,
  ) {
    this.signal = signal
    this.#apply = apply
    this.#resolve = resolve
    this.#reject = reject
  }

  /** Within the transaction. */
  apply(): void {
    this.#outcome = { value: this.#apply() }
  }

  /** Within the transaction: the change was not made, and the others are. */
  refuse(error: unknown): void {
    this.#outcome = { error }
  }

  /** When the transaction is durable. */
  settle(): void {
    if (this.#outcome === undefined) return
    if ('value' in this.#outcome) this.#resolve(this.#outcome.value)
    else this.#reject(this.#outcome.error)
  }

  reject(reason: unknown): void {
    this.#reject(reason)
  }
}

/** Makes changes durable in one transaction, refused ones aside; where this throws, none of them was made. */
export type Commit = (changes: readonly Change[]) => void

const MAX_CHANGES = 4096

/**
 * Gathers all changes that are asked for in one turn of the event loop into one transaction, so that they share its
 * wait for the disk. What queues up during a commit is the next one.
 */
export class GroupCommit {
  readonly #commit: Commit
  readonly #busyTimeoutMillis: number
  #queue: Change[] = []
  #draining: Promise<void> | undefined

  constructor(commit: Commit, busyTimeoutMillis: number) {
    this.#commit = commit
    this.#busyTimeoutMillis = busyTimeoutMillis
  }

  /**
   * Resolves to what `apply` gave when it is durable. Where `signal` is aborted before the transaction begins, it
   * rejects with the reason and nothing is done.
   */
  submit<T>(signal: AbortSignal | undefined, apply: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#queue.push(new Change(signal, apply, resolve, reject) as Change) // settled with what it applied
      this.#draining ??= this.#drain()
    })
  }

  /** Resolves when nothing is queued. */
  async idle(): Promise<void> {
    while (this.#draining !== undefined) await this.#draining
  }

  async #drain(): Promise<void> {
    let patience = new Patience(this.#busyTimeoutMillis)
    await nextTurn()
    while (this.#queue.length > 0) {
      this.#queue = this.#queue.filter(isWanted)
      const changes = this.#queue.slice(0, MAX_CHANGES)
      const failure = this.#attempt(changes)
      if (patience.lasts(failure)) {
        await patience.pause()
        continue
      }
      this.#queue.splice(0, changes.length)
      for (const change of changes) {
        if (failure === undefined) change.settle()
        else change.reject(failure)
      }
      patience = new Patience(this.#busyTimeoutMillis)
      if (this.#queue.length > 0) await nextTurn()
    }
    this.#draining = undefined
  }

  /** What was thrown, if anything. */
  #attempt(changes: readonly Change[]): unknown {
    try {
      this.#commit(changes)
      return undefined
    } catch (error) {
      return error
    }
  }
}

/** Rejects a change whose signal is aborted. */
function isWanted(change: Change): boolean {
  if (change.signal?.aborted !== true) return true
  change.reject(change.signal.reason)
  return false
}

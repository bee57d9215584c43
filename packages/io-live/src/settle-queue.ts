import type { Caller } from '@mfm/facts'
import { newCaller, Turns } from '@mfm/facts'

/** Lets the callers of one attempt go on; with new facts in the order of their commits, which is that of the stream. */
export class SettleQueue extends Turns {
  readonly #fresh: Caller[] = []

  /** Resolves when it is the turn of a caller whose fact has just been committed. */
  turn(): Promise<void> {
    const caller = newCaller()
    this.#fresh.push(caller)
    return this.wait(caller)
  }

  protected get firstNew(): Caller | undefined {
    return this.#fresh[0]
  }

  protected isDue(): boolean {
    return true
  }

  protected takeNew(): void {
    this.#fresh.shift()
  }
}

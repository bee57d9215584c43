import type { Caller, StreamPlace } from '@mfm/facts'
import { newCaller, Turns } from '@mfm/facts'

/**
 * Lets the callers of one attempt go on; with what is new, facts and parts of streamed answers, in the order in which it
 * comes in. For facts that is the order of their commits, which is that of the stream.
 */
export class SettleQueue extends Turns {
  readonly #fresh: Caller[] = []
  /** How many have come in. */
  #facts = 0
  #parts = 0

  /**
   * Resolves when it is the turn of a caller whose fact has just been committed.
   *
   * @param isNew whether the commit has put the fact on the stream
   */
  turn(isNew = true): Promise<void> {
    if (isNew) this.#facts += 1
    return this.#comeIn()
  }

  /** Resolves to its place when it is the turn of a part of a streamed answer that has just come. */
  async part(): Promise<StreamPlace> {
    const place = { facts: this.#facts, parts: this.#parts }
    this.#parts += 1
    await this.#comeIn()
    return place
  }

  #comeIn(): Promise<void> {
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

const NOBODY: Promise<void> = Promise.resolve()

/** Runs tasks of one key one after the other, in the order they came; tasks of other keys do not wait. */
export class KeyedQueue {
  readonly #tails = new Map<string, Promise<void>>()

  run<T>(key: string, task: () => Promise<T>): Promise<T> {
    // The same steps whether somebody is before it or not, so that waiting in line changes no order afterwards.
    const result = (this.#tails.get(key) ?? NOBODY).then(task)
    const tail = result.then(ignore, ignore)
    this.#tails.set(key, tail)
    void tail.then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key)
    })
    return result
  }

  /** Resolves when nothing runs and nothing waits. */
  async drained(): Promise<void> {
    while (this.#tails.size > 0) await Promise.all(this.#tails.values())
  }
}

function ignore(): void {
  // The caller of the task has its outcome; here only the end counts.
}

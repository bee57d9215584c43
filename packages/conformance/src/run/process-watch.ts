type Listener = (reason: unknown, promise: Promise<unknown>) => void

/** Watches that are on at this time. While there is one, nobody else is told of rejections: they fail a case. */
const watches = new Set<ProcessWatch>()
let others: Listener[] = []

const onRejection: Listener = (reason) => {
  for (const watch of watches) {
    watch.seen.push(new Error('a rejection that nobody handled', { cause: reason }))
  }
}

const onWarning = (warning: Error): void => {
  if (warning.name !== 'MaxListenersExceededWarning') return
  for (const watch of watches) watch.seen.push(warning)
}

/** What a process says about itself that no call reports: it must say nothing while a case runs (XX-14). */
export class ProcessWatch {
  readonly seen: unknown[] = []

  constructor() {
    if (watches.size === 0) {
      others = process.listeners('unhandledRejection')
      process.removeAllListeners('unhandledRejection')
      process.on('unhandledRejection', onRejection)
      process.on('warning', onWarning)
    }
    watches.add(this)
  }

  /** Ends the watch; what was seen. */
  async end(): Promise<readonly unknown[]> {
    // Node reports a rejection as unhandled once the microtasks of its turn have run.
    await new Promise((resolve) => setImmediate(resolve))
    watches.delete(this)
    if (watches.size === 0) {
      process.off('unhandledRejection', onRejection)
      process.off('warning', onWarning)
      for (const listener of others) process.on('unhandledRejection', listener)
    }
    return this.seen
  }
}

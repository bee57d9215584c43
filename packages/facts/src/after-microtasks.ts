/** Captured, so that a program which replaces timers for its own tests does not stop its providers. */
const { nextTick } = process
const settled: Promise<void> = Promise.resolve()

/**
 * Calls back when the program has nothing left to do but wait: after every promise callback that can run now, and
 * before any IO. A tick alone would not do, because ticks that are set in a tick run before promise callbacks.
 */
export function afterMicrotasks(callback: () => void): void {
  void settled.then(() => nextTick(callback))
}

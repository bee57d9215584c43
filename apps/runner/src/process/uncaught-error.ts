/** Something was thrown where nobody waited for it. */
export class UncaughtError extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause), { cause })
    this.name = 'UncaughtError'
  }
}

/** Rejects when something is thrown that nobody catches, a rejected promise included. */
export function uncaughtOf(process: NodeJS.Process): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  promise.catch(() => undefined)
  process.on('uncaughtException', (error) => reject(new UncaughtError(error)))
  return promise
}

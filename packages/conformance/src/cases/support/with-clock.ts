/** Does something while the clock of this process is so many milliseconds ahead. */
export async function withClock<T>(aheadMillis: number, work: () => Promise<T>): Promise<T> {
  const { now } = Date
  Date.now = () => now() + aheadMillis
  try {
    return await work()
  } finally {
    Date.now = now
  }
}

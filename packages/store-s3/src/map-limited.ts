export interface Bounds {
  readonly width: number
  readonly signal: AbortSignal | undefined
}

/**
 * Maps with at most `width` items under way; results in the order of the items. The first failure, or the signal,
 * aborts the rest; it rejects with that when all have ended.
 */
export async function mapLimited<T, R>(
  items: readonly T[],
  { width, signal }: Bounds,
  map: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  signal?.throwIfAborted()
  const controller = new AbortController()
  const giveUp = (): void => controller.abort(signal?.reason)
  signal?.addEventListener('abort', giveUp, { once: true })
  const results = new Array<R>(items.length)
  const left = items.entries()
  const work = async (): Promise<void> => {
    // An iterator that several share: each item is taken once.
    for (const [index, item] of left) {
      if (controller.signal.aborted) return
      results[index] = await map(item, controller.signal)
    }
  }
  const workers = Array.from({ length: Math.min(width, items.length) }, () =>
    work().catch((error: unknown) => controller.abort(error)),
  )
  await Promise.all(workers)
  signal?.removeEventListener('abort', giveUp)
  controller.signal.throwIfAborted()
  return results
}

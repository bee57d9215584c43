/** What a series of measurements came to. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
  /** Median of the distances from the median: half of the values lie this close to it. */
  readonly mad: number
}

/** @param values at least one */
export function spreadOf(values: readonly number[]): Spread {
  const median = medianOf(values)
  return {
    median,
    min: Math.min(...values),
    max: Math.max(...values),
    mad: medianOf(values.map((value) => Math.abs(value - median))),
  }
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.floor((sorted.length - 1) / 2)]
  if (upper === undefined || lower === undefined) throw new RangeError('no values')
  return (lower + upper) / 2
}

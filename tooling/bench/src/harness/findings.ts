import type { Spread } from './stats.ts'

/** A figure that has a goal. */
export interface Goal {
  readonly figure: string
  readonly measured: string
  readonly goal: string
  readonly isMet: boolean
}

export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** What a benchmark found. */
export interface Findings {
  readonly goals: readonly Goal[]
  readonly tables: readonly Table[]
  /** What was measured and how, as sentences. */
  readonly notes: readonly string[]
}

export interface Target {
  readonly figure: string
  readonly measured: Spread
  /** What the median must reach: at least `atLeast`, or at most `atMost`. */
  readonly atLeast?: number
  readonly atMost?: number
  /** Writes a value with its unit. */
  readonly write: (value: number) => string
}

/** Holds the median against the goal, unrounded. */
export function goalOf({ figure, measured, atLeast, atMost, write }: Target): Goal {
  const goals = [
    ...(atLeast === undefined ? [] : [`at least ${write(atLeast)}`]),
    ...(atMost === undefined ? [] : [`at most ${write(atMost)}`]),
  ]
  const { median } = measured
  return {
    figure,
    measured: write(median),
    goal: goals.join(', '),
    isMet:
      median >= (atLeast ?? Number.NEGATIVE_INFINITY) &&
      median <= (atMost ?? Number.POSITIVE_INFINITY),
  }
}

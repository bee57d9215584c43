import type { Spread } from './stats.ts'
import { spreadOf } from './stats.ts'

/** One timed stretch of work. */
export interface Pass {
  readonly millis: number
  /** User and system time of this process. */
  readonly cpuMillis: number
}

/** The passes of one side, in the order of the rounds. */
export class Series {
  readonly units: number
  readonly passes: readonly Pass[]

  /** @param units what one pass does: so many facts, bytes, … */
  constructor(units: number, passes: readonly Pass[]) {
    this.units = units
    this.passes = passes
  }

  get millis(): Spread {
    return spreadOf(this.passes.map(({ millis }) => millis))
  }

  /** Units per second. */
  get rate(): Spread {
    return spreadOf(this.passes.map(({ millis }) => (this.units / millis) * 1000))
  }

  get cpuMillisPerUnit(): Spread {
    return spreadOf(this.passes.map(({ cpuMillis }) => cpuMillis / this.units))
  }

  /** How many times the rate of another side, round by round: what slowed a whole round down cancels out. */
  rateRatio(other: Series): Spread {
    return this.#ratio(other, (series, { millis }) => series.units / millis)
  }

  /** How many times the duration of another side, round by round. */
  timeRatio(other: Series): Spread {
    return this.#ratio(other, (_, { millis }) => millis)
  }

  /** How much longer than another side (ms), round by round. */
  millisAbove(other: Series): Spread {
    return spreadOf(
      this.passes.map(({ millis }, round) => millis - (other.passes[round]?.millis ?? Number.NaN)),
    )
  }

  #ratio(other: Series, value: (series: Series, pass: Pass) => number): Spread {
    return spreadOf(
      this.passes.map((pass, round) => {
        const beside = other.passes[round]
        return beside === undefined ? Number.NaN : value(this, pass) / value(other, beside)
      }),
    )
  }
}

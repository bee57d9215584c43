import { collectGarbage } from './garbage.ts'
import type { Pass } from './series.ts'
import { Series } from './series.ts'

/** One thing that is measured beside others. */
export interface Side {
  /** What one pass does: so many facts, bytes, … */
  readonly units: number
  /** Prepares, works within {@link timed}, and checks what came out. */
  readonly pass: () => Promise<Pass>
}

export interface Rounds {
  /** Rounds that count. */
  readonly count: number
  /** Rounds before them that do not. */
  readonly warmUps: number
}

/** Measures the sides in turn (A B C A B C …), so that they all meet the same machine. */
export async function interleave<Name extends string>(
  sides: Readonly<Record<Name, Side>>,
  { count, warmUps }: Rounds,
): Promise<Record<Name, Series>> {
  const all = Object.entries<Side>(sides).map(([name, side]) => ({
    name,
    side,
    passes: [] as Pass[], // filled round by round
  }))
  for (let round = -warmUps; round < count; round += 1) {
    for (const { side, passes } of all) {
      const pass = await side.pass()
      if (round >= 0) passes.push(pass)
    }
  }
  const series = all.map(({ name, side, passes }) => [name, new Series(side.units, passes)])
  return Object.fromEntries(series) as Record<Name, Series> // the very names of `sides`
}

/** Times work that begins on a clean heap: what other sides left is not collected at its cost. */
export async function timed(work: () => Promise<unknown>): Promise<Pass> {
  collectGarbage()
  const cpuBefore = process.cpuUsage()
  const before = performance.now()
  await work()
  const millis = performance.now() - before
  const { user, system } = process.cpuUsage(cpuBefore)
  return { millis, cpuMillis: (user + system) / 1000 }
}

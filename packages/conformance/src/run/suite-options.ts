import type { Level } from '../case.ts'
import type { Port } from '../harness.ts'
import type { RunOptions } from './run-case.ts'

export interface SuiteOptions extends RunOptions {
  /** Highest level to run; all where absent. */
  readonly level?: Level | undefined
  /** Only cases of these ports, and those that are about no port of their own; all where absent. */
  readonly ports?: readonly Port[] | undefined
  /** Only the cases with these ids; all where absent. */
  readonly cases?: readonly string[] | undefined
}

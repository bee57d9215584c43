import type { ConformanceCase } from '../../case.ts'
import { ADDRESSING } from './addressing.ts'
import { CRASHES } from './crashes.ts'
import { DAMAGED } from './damage.ts'
import { MANY_AT_ONCE } from './many.ts'
import { PUTTING } from './putting.ts'
import { RETENTION } from './retention.ts'
import { SIZED } from './sizes.ts'
import { TRANSFERS } from './transfers.ts'

/** AS-01 to AS-28, but for what only a scripted server can show. */
export const ARTIFACT_CASES: readonly ConformanceCase<'artifacts'>[] = [
  ...ADDRESSING,
  ...SIZED,
  ...PUTTING,
  ...DAMAGED,
  ...MANY_AT_ONCE,
  ...RETENTION,
  ...TRANSFERS,
  ...CRASHES,
]

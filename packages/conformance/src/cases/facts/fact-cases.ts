import type { ConformanceCase } from '../../case.ts'
import { BINDING } from './binding.ts'
import { CUT_HISTORIES } from './cut-histories.ts'
import { DAMAGED } from './damage.ts'
import { ENTRIES } from './entries.ts'
import { KEYS } from './keys.ts'
import { NETWORK } from './network.ts'
import { PROCESS_RACES } from './processes.ts'
import { RACES } from './races.ts'
import { REBUILDING } from './rebuild.ts'

/** FI-01 to FI-24, but for what only a scripted server can show. */
export const FACT_CASES: readonly ConformanceCase<'facts'>[] = [
  ...BINDING,
  ...KEYS,
  ...RACES,
  ...ENTRIES,
  ...REBUILDING,
  ...DAMAGED,
  ...PROCESS_RACES,
  ...NETWORK,
  ...CUT_HISTORIES,
]

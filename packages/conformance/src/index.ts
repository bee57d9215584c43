export type {
  CaseContext,
  ConformanceCase,
  Level,
  Need,
  StoresOf,
  Subject,
} from './case.ts'
export {
  type Address,
  type Backdoor,
  CONTRACT,
  type EventDamage,
  type Exception,
  type FactDamage,
  type Harness,
  type HarnessLimits,
  type OpenedStores,
  type OpenOptions,
  type Port,
} from './harness.ts'

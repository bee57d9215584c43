export { ALL_ASSERTIONS, assertionOf } from './assertions/all-assertions.ts'
export type { Assertion, Proof } from './assertions/assertion.ts'
export { contractPage } from './assertions/contract-page.ts'
export type {
  CaseContext,
  ConformanceCase,
  Level,
  Need,
  StoresOf,
  Subject,
} from './case.ts'
export { ALL_CASES } from './cases/all-cases.ts'
export { checkHarness } from './check-harness.ts'
export { passThrough } from './decorators/pass-through.ts'
export { scopedView } from './decorators/scoped-view.ts'
export { atEveryRequest } from './faults/at-every-request.ts'
export type { ArmedFault, Fault, Trigger } from './faults/fault.ts'
export { type FaultProxy, startFaultProxy, type Traffic } from './faults/fault-proxy.ts'
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
export { badgeJson } from './report/badge.ts'
export { type FailedResult, failureText } from './report/failure-text.ts'
export { jsonReport, type ReportSummary, summaryOf } from './report/json-report.ts'
export { junitReport } from './report/junit.ts'
export { markdownMatrix } from './report/markdown.ts'
export {
  conclude,
  type PortVerdict,
  type SuiteReport,
  type SuiteSettings,
  verdictLine,
} from './report/verdict.ts'
export type { CaseResult, Outcome } from './run/case-result.ts'
export { DEFAULT_SEED, type RunOptions, runCase, timeoutOf } from './run/run-case.ts'
export { notRun, type RunSuiteOptions, runSuite, settingsOf } from './run/run-suite.ts'
export { type CaseSelection, selectCases } from './run/select-cases.ts'
export type { SuiteOptions } from './run/suite-options.ts'

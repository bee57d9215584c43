export type { RunSide } from './compare/compared-run.ts'
export { type DiffOptions, diffRuns } from './compare/diff-runs.ts'
export {
  type ComparedSide,
  type DiffRow,
  type FactPlace,
  RUN_DIFFERENCE_KINDS,
  type RunDiff,
  type RunDifference,
  type RunDifferenceKind,
  type StateTiming,
} from './compare/run-diff.ts'
export { ContextTree } from './context/context-tree.ts'
export { Engine } from './engine.ts'
export type { AmbientOptions, EngineOptions } from './engine-options.ts'
export { type FailpointName, Failpoints } from './failpoints.ts'
export type {
  ForkDifference,
  ForkedFacts,
  ForkedState,
  ForkReport,
} from './fork/fork-report.ts'
export type { ContextEdit, FactEdit, ForkRequest } from './fork/fork-request.ts'
export { ChainCheck } from './history/chain-check.ts'
export { endedFromOutside } from './history/outside-ends.ts'
export type { Lineage, LineageFact, LineageNode } from './lineage/lineage.ts'
export { type TraceRequest, traceValue } from './lineage/trace-value.ts'
export { orderStates } from './plan/order-states.ts'
export { planDocument } from './plan/plan-document.ts'
export { validatePlan } from './plan/validate-plan.ts'
export {
  divergenceDetails,
  type RecordedDivergence,
  readDivergence,
} from './replay/recorded-divergence.ts'
export {
  type CallPlace,
  DIFFERENCE_KINDS,
  type Difference,
  type DifferenceKind,
  type DifferencePlace,
  type NearestFact,
  type ReplayCounts,
  type ReplayNote,
  type ReplayReport,
} from './replay/replay-report.ts'
export type { ReplayRequest } from './replay/replay-run.ts'
export type { StartOfToday } from './replay/start-differences.ts'
export { loadManifest } from './run/load-manifest.ts'
export { readStart } from './run/read-start.ts'
export type { ResumeRequest } from './run/resume-run.ts'
export type { RunFailure, RunResult } from './run/run-result.ts'
export type { StartRequest } from './run/start-run.ts'

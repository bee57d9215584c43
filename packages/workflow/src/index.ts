export { type AmbientFinding, type InstrumentOptions, instrument } from '@mfm/ambient'
export { fail, hasCode } from '@mfm/errors'
export { type EventStream, type ServerSentEvent, serverSentEvents } from '@mfm/transport-http'
export { type AnyContextKey, type ContextKey, contextKey, type ValueOf } from './context-key.ts'
export { type ForkWorkflowOptions, forkWorkflow, type WorkflowFork } from './fork-workflow.ts'
export { type Io, ioFrom, type RecordOptions } from './io.ts'
export { defineOp, initialContext, isOp, type Op, type OpOptions, outputOf } from './op.ts'
export type {
  ExistingRunOptions,
  ReplayWorkflowOptions,
  RunWorkflowOptions,
} from './run-workflow.ts'
export {
  replayWorkflow,
  resumeWorkflow,
  runWorkflow,
  verifyWorkflow,
  type WorkflowReplay,
  type WorkflowResult,
} from './run-workflow.ts'
export {
  type AmbientRules,
  type State,
  type StateArguments,
  type StateOptions,
  state,
} from './state.ts'
export type { StreamSource } from './stream-values.ts'
export type { TypedContext } from './typed-context.ts'

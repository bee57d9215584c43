export { type AskedCall, type Asking, askCall } from './asked-call.ts'
export { AttemptCounters } from './attempt-counters.ts'
export { divergedError, isSameCall, type RequestReader } from './divergence.ts'
export {
  type CallKeyParts,
  callKey,
  type DerivedKind,
  derivedKey,
  failureKey,
  parseCallerKey,
} from './fact-key.ts'
export { copyRequest, identifyRequest, type RequestIdentity } from './identify-request.ts'
export { parseNamespace } from './namespace.ts'
export { lastAttempt, PROGRAM_STATE } from './program-scope.ts'
export { addFact, projectFacts, type RecordedFact } from './recorded-fact.ts'

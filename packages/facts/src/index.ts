export { abortError } from './abort-error.ts'
export { afterMicrotasks } from './after-microtasks.ts'
export { annotate, annotationOf, type DivergenceAnnotation } from './annotations.ts'
export { parseRandomLength, parseSleep } from './arguments.ts'
export { type AskedCall, type Asking, askCall, supersedingCall } from './asked-call.ts'
export { AttemptCounters } from './attempt-counters.ts'
export { BodyInTurn, type BodyParts } from './body-in-turn.ts'
export { divergedError, isSameCall, placeOf, valueConflict } from './divergence.ts'
export {
  type AttemptKeyParts,
  attemptKeyParts,
  type CallKeyParts,
  callKey,
  type DerivedKind,
  derivedKey,
  failureKey,
  parseCallerKey,
  rerunKey,
} from './fact-key.ts'
export {
  copyRequest,
  identifyRequest,
  type RequestIdentity,
  requestOf,
} from './identify-request.ts'
export { parseNamespace } from './namespace.ts'
export { type Payload, type PayloadRules, payloadOf } from './payload.ts'
export { lastAttempt, PROGRAM_STATE } from './program-scope.ts'
export { type RebuiltFactIndex, rebuildFactIndex } from './rebuild-fact-index.ts'
export {
  type BodyOf,
  errorAtEnd,
  KnownBody,
  type RecordedBody,
} from './recorded-body.ts'
export { addFact, projectFacts, type RecordedFact } from './recorded-fact.ts'
export {
  foreignAttachment,
  type RecordedAnswer,
  recordedResult,
  streamedResult,
} from './recorded-result.ts'
export { refuseSecrets } from './refuse-secrets.ts'
export { callSite, deepStack, siteOf } from './source-location.ts'
export {
  decodeStreamedAnswer,
  encodeStreamedAnswer,
  isStreamedAnswer,
  STREAM_OUTCOMES,
  type StreamChunk,
  type StreamedAnswer,
  type StreamedDocuments,
  type StreamPlace,
  streamOpenError,
} from './streamed-answer.ts'
export { type Caller, newCaller, Turns } from './turns.ts'

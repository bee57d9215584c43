export { givenArtifact, newArtifact } from './artifact-input.ts'
export { decodeEnvelope, type EncodedEvent, encodeEvents } from './envelope-codec.ts'
export { parseFactKey } from './fact-key.ts'
export { failing } from './failing.ts'
export { type NewsWait, RunNews } from './run-news.ts'
export {
  type CheckedQuery,
  type CheckedRange,
  checkQuery,
  checkRange,
  matches,
  readCursor,
  writeCursor,
} from './run-query.ts'

export {
  bytesArtifact,
  decodeJsonArtifact,
  type JsonDocument,
  jsonArtifact,
  jsonDocument,
} from './artifact.ts'
export { canonicalBytes, canonicalize } from './canonicalize.ts'
export { diffJson, type JsonDifference } from './diff-json.ts'
export { artifactIdOf, sha256 } from './digest.ts'
export { formatPointer, getAtPointer, parsePointer } from './json-pointer.ts'
export type { CanonicalOptions } from './options.ts'
export { type ParseOptions, parseJson } from './parse-json.ts'

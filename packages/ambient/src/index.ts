export { type AmbientMode, AmbientWatch, type AmbientWatchOptions } from './ambient-watch.ts'
export {
  AMBIENT_KINDS,
  type AmbientAllowance,
  type AmbientFinding,
  type AmbientKind,
  ambientError,
  describeFinding,
  wayOut,
} from './finding.ts'
export { instrument } from './instrument/instrument.ts'
export {
  INSTRUMENTED_PARTS,
  type InstrumentedPart,
  type InstrumentOptions,
} from './instrument/instrument-options.ts'
export type { RecordedFetchInit, RecordedIo } from './instrument/recorded-io.ts'
export { allowAmbient, outsideState } from './scope.ts'

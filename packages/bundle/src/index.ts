export { documentsOf, type LoadDocument } from './document-walk.ts'
export type { EventLine } from './event-line.ts'
export { type BundleExport, type ExportRequest, exportBundle } from './export-bundle.ts'
export {
  BODY_KINDS,
  type BodyKind,
  BUNDLE_FORMAT,
  BUNDLE_VERSION,
  DOCUMENT_KINDS,
  type DocumentKind,
  type DocumentReference,
} from './format.ts'
export {
  type ImportedRun,
  type ImportReport,
  type ImportRequest,
  importBundle,
  type MissingDocument,
} from './import-bundle.ts'
export { type BundleLimits, DEFAULT_LIMITS, type GivenLimits } from './limits.ts'
export type { BundledRun, BundleManifest, OmittedDocument } from './manifest.ts'
export type { BundleProblem } from './problem.ts'
export { type BundleItem, type ReadBundleRequest, readBundle } from './read-bundle.ts'
export { type ScanRunsRequest, scanBundle, scanRuns } from './scan-bundle.ts'
export type { BundleSecret, SecretReport } from './secret-scan.ts'
export type { ImportStatus } from './target-run.ts'

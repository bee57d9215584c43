export {
  type ExportDocument,
  exportDocumentSchema,
  type ImportDocument,
  importDocumentSchema,
  type ScanDocument,
  scanDocumentSchema,
} from './output-schemas/bundle-documents.ts'
export {
  type DeterminismDocument,
  determinismDocumentSchema,
} from './output-schemas/determinism-document.ts'
export { type DiffDocument, diffDocumentSchema } from './output-schemas/diff-document.ts'
export {
  type DoctorDocument,
  doctorDocumentSchema,
  type PortConformance,
  type PortReport,
} from './output-schemas/doctor-document.ts'
export { type ErrorDocument, errorDocumentSchema } from './output-schemas/error-document.ts'
export {
  type EventListDocument,
  eventListDocumentSchema,
} from './output-schemas/event-list-document.ts'
export { type ForkDocument, forkDocumentSchema } from './output-schemas/fork-document.ts'
export {
  type GoldenFileDocument,
  goldenFileDocumentSchema,
} from './output-schemas/golden-file-document.ts'
export { type ReplayDocument, replayDocumentSchema } from './output-schemas/replay-document.ts'
export {
  type RunDetailsDocument,
  runDetailsDocumentSchema,
  type StateDetails,
  type WorkflowDetails,
} from './output-schemas/run-details-document.ts'
export {
  type FailureDocument,
  type RunDocument,
  runDocumentSchema,
} from './output-schemas/run-document.ts'
export {
  type RunListDocument,
  runListDocumentSchema,
  runSummarySchema,
} from './output-schemas/run-list-document.ts'
export {
  type VerifyAllDocument,
  type VerifyAllRow,
  verifyAllDocumentSchema,
  verifyAllRowSchema,
} from './output-schemas/verify-all-document.ts'
export { type WhyDocument, whyDocumentSchema } from './output-schemas/why-document.ts'
export {
  EXIT,
  EXIT_CODE_BY_DIFFERENCE,
  EXIT_CODE_BY_KIND,
  type ExitCode,
} from './process/exit-codes.ts'

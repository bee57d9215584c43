export { fillStores, GOLDEN_RUN_ID } from './fill-stores.ts'
export type { GoldenDifference, PointerRow } from './golden-differences.ts'
export {
  type GoldenContent,
  type GoldenDocument,
  type GoldenEvent,
  type GoldenFact,
  type GoldenValues,
  type GoldenWorkflow,
  goldenDocumentSchema,
} from './golden-document.ts'
export { goldenPath, goldenText, readGolden, writeGolden } from './golden-files.ts'
export { type Golden, goldenOfRun } from './golden-of-run.ts'
export { refuseGoldenSecrets } from './refuse-secrets.ts'
export { type OpVerification, type VerifyOpOptions, verifyOp } from './verify-op.ts'

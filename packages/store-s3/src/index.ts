export { openS3ArtifactStore } from './open.ts'
export type {
  Checksums,
  CreateOnly,
  S3ArtifactStoreOptions,
  S3Credentials,
  S3StoreLimits,
} from './options.ts'
export { S3ArtifactStore } from './s3-artifact-store.ts'

export type { FsArtifactStore } from './fs-artifact-store.ts'
export { openFsArtifacts } from './open.ts'
export type { FsArtifactStoreOptions, StoreLimits } from './options.ts'

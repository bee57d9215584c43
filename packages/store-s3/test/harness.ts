import { fileURLToPath } from 'node:url'
import { s3Harness } from './s3-harness.ts'

// Ceph 20: a server that keeps SHA-256 sums and heeds If-None-Match everywhere.
export default s3Harness('s3', '0.0.0', fileURLToPath(import.meta.url))

import type { Harness } from '@mfm/conformance'
import { fileHarness } from './sqlite-harness.ts'

/** With look-up tables written all the time, every look-up goes through them and through merges of them. */
const harness: Harness = fileHarness('store-sqlite-short-batches', import.meta.filename, {
  indexBatchRows: 3,
})

export default harness

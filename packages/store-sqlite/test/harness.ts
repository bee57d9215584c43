import type { Harness } from '@mfm/conformance'
import { fileHarness } from './sqlite-harness.ts'

const harness: Harness = fileHarness('store-sqlite', import.meta.filename)

export default harness

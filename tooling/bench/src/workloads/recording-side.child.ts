/**
 * A side of the benchmark `record`, in a process of its own.
 *
 * Arguments: name of the side, folder for its file, `quick` for tiny sizes.
 */
import { serveSide } from '../harness/side-process.ts'
import type { RecordingSide } from './recording-sides.ts'
import { recordingSides } from './recording-sides.ts'

const [name, folder = '', size] = process.argv.slice(2)
serveSide(recordingSides(folder, size === 'quick')[name as RecordingSide]()) // named by the parent

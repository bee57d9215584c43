/**
 * A side of the benchmark `replay`, in a process of its own.
 *
 * Arguments: name of the side, JSON of what is replayed.
 */
import { serveSide } from '../harness/side-process.ts'
import type { Replayed, ReplayingSide } from './replaying-sides.ts'
import { replayingSides } from './replaying-sides.ts'

const [name, replayed = ''] = process.argv.slice(2)
serveSide(replayingSides(JSON.parse(replayed) as Replayed)[name as ReplayingSide]()) // as the parent wrote them

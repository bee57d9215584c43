/**
 * Resumes a run of `callPerState` to its end.
 *
 * Arguments: database path, run id, number of states.
 */
import type { RunId } from '@mfm/core-types'
import { resumeRun } from './interrupted-run.ts'

const [path = '', runId = '', states = ''] = process.argv.slice(2)
await resumeRun(path, runId as RunId, Number(states))
console.log('completed')

// The program of a child process: loads a harness and a task, and writes what the task says to the standard output,
// a line each, ended by a semicolon so that a line that a kill cut short is known.
import { writeSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { JsonValue } from '@mfm/core-types'
import type { Harness } from '../harness.ts'
import type { Task } from './child.ts'

interface Order {
  readonly harness: string
  readonly task: string
  readonly given: JsonValue
}

const order = JSON.parse(process.argv[2] ?? '') as Order // from child.ts
const { default: harness } = (await import(
  isAbsolute(order.harness) ? pathToFileURL(order.harness).href : order.harness
)) as { readonly default: Harness }
const { task } = (await import(order.task)) as { readonly task: Task }
await task(harness, order.given, (message) => {
  // In one write and before going on: what was said is with the parent, even if the next line is never reached.
  writeSync(1, `${JSON.stringify(message)};\n`)
})

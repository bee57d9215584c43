import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')

/**
 * Collects what the work just before left, so that the next pass does not pay for it. The young generation alone: a
 * collection of everything also drops compiled code and shrinks the heap, which no program does to itself.
 */
export function collectGarbage(): void {
  if (typeof collect !== 'function') throw new TypeError('this Node cannot collect on demand')
  collect({ type: 'minor' })
}

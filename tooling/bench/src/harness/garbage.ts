import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')

/** Collects what earlier work left, so that the next pass does not pay for it. */
export function collectGarbage(): void {
  if (typeof collect !== 'function') throw new TypeError('this Node cannot collect on demand')
  collect()
}

import { parseJson } from '@mfm/canonical-json'
import type { JsonValue } from '@mfm/core-types'
import { isMfmError } from '@mfm/errors'
import { UsageError } from './usage-error.ts'

export interface Edit {
  readonly name: string
  readonly value: JsonValue
}

/**
 * Takes `NAME=JSON` apart. A name may hold `=` itself, so it ends at the first one behind which there is exact JSON.
 * What was given is not repeated in the error: it may hold what nobody should see.
 *
 * @throws UsageError
 */
export function readEdit(option: string, given: string): Edit {
  let problem = 'there is no ='
  for (let at = given.indexOf('='); at !== -1; at = given.indexOf('=', at + 1)) {
    try {
      return { name: given.slice(0, at), value: parseJson(given.slice(at + 1)) }
    } catch (error) {
      if (!isMfmError(error)) throw error
      if (problem === 'there is no =') problem = `what follows = is not exact JSON (${error.code})`
    }
  }
  throw new UsageError(
    `--${option} is not of the form NAME=JSON: ${problem}`,
    `A text is JSON in quotes: --${option} 'NAME="text"'.`,
  )
}

import { parseJson } from '@mfm/canonical-json'
import { decode, MfmError } from '@mfm/errors'
import { z } from 'zod'

export const CONFIG_FILE = 'mfm.config.json'

/** What `mfm.config.json` may say. Paths are relative to its folder. */
export interface Config {
  /** Names for workflow files. */
  readonly workflows?: Readonly<Record<string, string>> | undefined
  /** Where runs are kept, where neither `--store` nor MFM_STORE says it. */
  readonly store?: string | undefined
  /** Where one of the ports is kept, if not there. */
  readonly events?: string | undefined
  readonly artifacts?: string | undefined
  readonly facts?: string | undefined
  /** Base addresses of servers that workflows know by name. */
  readonly endpoints?: Readonly<Record<string, string>> | undefined
}

/** No dot and no slash, so that a name is never taken for a file. */
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, {
  error: 'expected a name of letters, digits, - and _',
})
const text = z.string().min(1)

const configSchema: z.ZodType<Config> = z.strictObject({
  workflows: z.record(name, text).optional(),
  store: text.optional(),
  events: text.optional(),
  artifacts: text.optional(),
  facts: text.optional(),
  endpoints: z.record(text, text).optional(),
})

/** @throws MfmError `invalid_option` with the file's name, whatever is wrong with it */
export function parseConfig(bytes: Uint8Array, file: string): Config {
  return decode(configSchema, readJson(bytes, file), 'invalid_option', {
    what: file,
    details: { file },
  })
}

function readJson(bytes: Uint8Array, file: string): unknown {
  try {
    return parseJson(bytes)
  } catch (cause) {
    throw new MfmError('invalid_option', {
      message: `${file} is not one JSON document`,
      details: { file },
      cause,
    })
  }
}

import { resolve } from 'node:path'
import { MfmError } from '@mfm/errors'
import type { Opening } from '../backend.ts'

/** The path in a URL, absolute. @throws MfmError `invalid_option` */
export function requirePath({ rest, base, option }: Opening, form: string): string {
  if (rest !== '') return resolve(base, rest)
  throw new MfmError('invalid_option', {
    message: `the URL of --${option} needs a path`,
    details: { option },
    help: `Write it as ${form}.`,
  })
}

export function notThere(path: string): MfmError {
  return new MfmError('store_unavailable', {
    message: `there is no store at ${path}`,
    details: { path },
    help: "Start a run with 'mfm run', go to the folder where it was started, or name its store with --store.",
  })
}

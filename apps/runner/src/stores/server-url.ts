import { decode, MfmError } from '@mfm/errors'
import type { z } from 'zod'
import type { Opening, StoreOption } from './backend.ts'

/** The URL of a server. @throws MfmError `invalid_option`, which quotes nothing: there may be a password in it */
export function serverUrl({ url: text, option }: Opening, form: string): URL {
  const url = URL.parse(text)
  if (url !== null && url.hostname !== '' && url.hash === '') return url
  throw new MfmError('invalid_option', {
    message: `the URL of --${option} is not of the form ${form}`,
    details: { option },
    help: `Write it as ${form}; characters such as # in a password are percent-encoded.`,
  })
}

/**
 * The options in the query of a URL.
 *
 * @throws MfmError `invalid_option` with `details.problems`, for an unknown and for a repeated one too
 */
export function queryOf<T>({ searchParams }: URL, schema: z.ZodType<T>, option: StoreOption): T {
  const names = Array.from(searchParams.keys())
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined) {
    throw new MfmError('invalid_option', {
      message: `the URL of --${option} says ${repeated} twice`,
      details: { option, problems: [{ pointer: `/${repeated}`, problem: 'given twice' }] },
    })
  }
  return decode(schema, Object.fromEntries(searchParams), 'invalid_option', {
    what: `the query in the URL of --${option}`,
    details: { option },
  })
}

const SECRET_NAME = /pass|secret|token|key/i

/** A URL that can be shown: without passwords, and without what stands behind a `#`. */
export function shownUrl(text: string): string {
  if (!text.includes('//')) return text
  const url = URL.parse(text)
  if (url === null) return `${text.split(':', 1)[0]}:…`
  url.hash = ''
  if (url.password !== '') url.password = '***'
  // Names first: a value that is set changes the list that is read.
  for (const [name, value] of Array.from(url.searchParams)) {
    const shown = SECRET_NAME.test(name) ? '***' : shownUrl(value)
    if (shown !== value) url.searchParams.set(name, shown)
  }
  return url.href
}

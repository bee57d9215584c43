import type { SecretHandle } from '@mfm/core-types'
import { secretValue } from '@mfm/secrets'
import { isCredentialHeader, isRequestHeader } from './header-policy.ts'
import { requestInvalid } from './http-error.ts'
import type { TextWithSecrets } from './http-request.ts'

export type HeadersInput =
  | Headers
  | Readonly<Record<string, TextWithSecrets>>
  | Iterable<readonly [string, TextWithSecrets]>

/**
 * The headers of a request as they are recorded: names in lowercase, credentials as secrets; headers of the connection
 * and of tracing are left out.
 *
 * @throws MfmError `http_request_invalid`
 */
export function recordedHeaders(input: HeadersInput = {}): Record<string, TextWithSecrets> {
  const pairs: readonly (readonly [string, TextWithSecrets])[] =
    Symbol.iterator in input ? [...input] : Object.entries(input)
  const headers = new Map<string, TextWithSecrets>()
  for (const [given, value] of pairs) {
    const name = given.toLowerCase()
    if (!isRequestHeader(name)) continue
    if (headers.has(name)) throw requestInvalid(`/headers/${name}`, 'the header is there twice')
    headers.set(name, recordedValue(name, value))
  }
  return Object.fromEntries(headers)
}

function recordedValue(name: string, value: TextWithSecrets): TextWithSecrets {
  if (typeof value !== 'string') return value
  assertNoPlaceholder(`/headers/${name}`, value)
  if (!isCredentialHeader(name)) return value
  const [, scheme, credential] = /^([A-Za-z]+) +(.+)$/.exec(value) ?? []
  return scheme === undefined || credential === undefined || !name.endsWith('authorization')
    ? credentialOf(name, value)
    : [`${scheme} `, credentialOf(name, credential)]
}

/** A credential that somebody wrote out, as a secret of the name of its place. */
export function credentialOf(place: string, value: string): SecretHandle {
  const letters = place.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')
  const name = /^[a-z]/.test(letters) ? letters : `http_${letters}`
  return secretValue(name.slice(0, 63), value)
}

/**
 * A secret in a template string has become its own name, which no server takes for a credential.
 *
 * @throws MfmError `http_request_invalid`
 */
export function assertNoPlaceholder(pointer: string, text: string): void {
  if (!/(\[|%5b)secret(:|%3a)[a-z][a-z0-9_]*(\]|%5d)/i.test(text)) return
  throw requestInvalid(
    pointer,
    "a secret was put into a text; write the parts as a list instead: ['Bearer ', secret('name')]",
  )
}

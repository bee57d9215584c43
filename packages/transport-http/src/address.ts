import type { SecretHandle } from '@mfm/core-types'
import { isSecretHandle } from '@mfm/core-types'
import { requestInvalid } from './http-error.ts'
import type { TextWithSecrets } from './http-request.ts'
import { assertNoPlaceholder, credentialOf } from './request-headers.ts'

/** A place under a named endpoint; which host that is, only the transport knows. */
export interface EndpointInput {
  readonly endpoint: string
  /** From the address of the endpoint on; begins with `/`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | SecretHandle>> | undefined
}

export type HttpInput = string | URL | EndpointInput

/** Query parameters that are credentials by their names. */
const CREDENTIAL_PARAMETER =
  /^(api[-_]?key|access[-_]?token|auth[-_]?token|client[-_]?secret|password|secret|sig|signature|x-amz-(signature|credential|security-token))$/i

export interface Address {
  readonly url?: string
  readonly endpoint?: string
  readonly path?: string
  readonly query: readonly (readonly [string, TextWithSecrets])[]
  readonly authorization?: TextWithSecrets
}

/**
 * Where a request goes, as it is recorded: without fragment, and with credentials as secrets.
 *
 * @throws MfmError `http_request_invalid`
 */
export function addressOf(input: HttpInput): Address {
  return typeof input === 'string' || input instanceof URL
    ? urlAddress(input)
    : endpointAddress(input)
}

function urlAddress(input: string | URL): Address {
  if (!URL.canParse(String(input))) throw requestInvalid('/url', 'expected an absolute address')
  const url = new URL(input)
  assertNoPlaceholder('/url', url.search)
  const { username, password } = url
  url.username = ''
  url.password = ''
  url.hash = ''
  const { search, query } = withoutCredentials(url.search)
  url.search = search
  const userinfo = `${unescaped(username)}:${unescaped(password)}`
  return {
    url: url.href,
    query,
    ...(userinfo !== ':' && {
      authorization: [
        'Basic ',
        credentialOf('authorization', Buffer.from(userinfo).toString('base64')),
      ],
    }),
  }
}

function endpointAddress({ endpoint, path, query = {} }: EndpointInput): Address {
  const given = Object.entries(query)
  const secrets = given.flatMap(([name, value]) =>
    isSecretHandle(value) ? [[name, value] as const] : [],
  )
  const plain = given.flatMap(([name, value]) =>
    isSecretHandle(value) ? [] : [[name, String(value)] as const],
  )
  const [pathname = '', ...searches] = path.split('?')
  const own = withoutCredentials(searches.join('?'))
  const added = withoutCredentials(new URLSearchParams(Object.fromEntries(plain)).toString())
  const search = [own.search, added.search].filter((part) => part !== '').join('&')
  assertNoPlaceholder('/path', search)
  return {
    endpoint,
    path: search === '' ? pathname : `${pathname}?${search}`,
    query: [...own.query, ...added.query, ...secrets],
  }
}

/** Takes the parameters out that are credentials; the others stay as they were written. */
function withoutCredentials(search: string): {
  readonly search: string
  readonly query: readonly (readonly [string, SecretHandle])[]
} {
  const query: (readonly [string, SecretHandle])[] = []
  const kept = search
    .replace(/^\?/, '')
    .split('&')
    .filter((part) => {
      const [[name, value] = ['', '']] = new URLSearchParams(part)
      if (value === '' || !CREDENTIAL_PARAMETER.test(name)) return true
      query.push([name, credentialOf(name, value)])
      return false
    })
  return { search: kept.join('&'), query }
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    throw requestInvalid('/url', 'its credentials are not percent-encoded', cause)
  }
}

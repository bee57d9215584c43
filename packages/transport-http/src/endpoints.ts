import { MfmError } from '@mfm/errors'
import { requestInvalid } from './http-error.ts'

/** The address of an endpoint, or what gives it. Credentials in it are sent as an authorization header. */
export type EndpointAddress = string | (() => string | Promise<string>)

export interface EndpointOptions {
  readonly endpoints?: Readonly<Record<string, EndpointAddress>> | undefined
  /** Where `MFM_ENDPOINT_<NAME>` is looked up, usually `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
}

const VARIABLE = 'MFM_ENDPOINT_'

/**
 * The address of a named endpoint.
 *
 * @throws MfmError `http_endpoint_unknown` with `details.known`; also where the address is none of http or https
 */
export async function resolveEndpoint(
  name: string,
  { endpoints = {}, env = {} }: EndpointOptions,
): Promise<URL> {
  const given = Object.hasOwn(endpoints, name) ? endpoints[name] : undefined
  const address = typeof given === 'function' ? await given() : given
  const text = address ?? env[`${VARIABLE}${name.toUpperCase()}`]
  if (!text) throw unknownEndpoint(name, 'is not configured', { endpoints, env })
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw unknownEndpoint(name, 'has no address of http or https', { endpoints, env })
}

/** Names only: an address says where somebody's server is. */
function unknownEndpoint(
  endpoint: string,
  problem: string,
  { endpoints = {}, env = {} }: EndpointOptions,
): MfmError {
  const fromEnvironment = Object.keys(env)
    .filter((name) => name.startsWith(VARIABLE))
    .map((name) => name.slice(VARIABLE.length).toLowerCase())
  const known = [...new Set([...Object.keys(endpoints), ...fromEnvironment])].sort()
  return new MfmError('http_endpoint_unknown', {
    message: `the endpoint ${endpoint} ${problem}`,
    details: { endpoint, known },
  })
}

/**
 * The address of a path below an endpoint; `/` is the endpoint itself. A query of the endpoint is kept.
 *
 * @throws MfmError `http_request_invalid` where the path leads out of it
 */
export function below(base: URL, path: string): URL {
  const prefix = base.pathname.replace(/\/$/, '')
  const [pathname = '', search = ''] = path.split(/\?(.*)/s)
  const url = new URL(base)
  url.pathname = pathname === '/' ? base.pathname : `${prefix}${pathname}`
  if (!`${url.pathname}/`.startsWith(`${prefix}/`)) {
    throw requestInvalid('/path', 'it leads out of its endpoint')
  }
  url.search = [base.search.slice(1), search].filter((part) => part !== '').join('&')
  return url
}

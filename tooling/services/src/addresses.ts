// What a test needs to know of a server, and the addresses that the environment gives.

/** The servers to be had. `s3` keeps SHA-256 sums; `s3-plain` does not. */
export type ServiceName = 'redis' | 'redis-cluster' | 'postgres' | 'nats' | 's3' | 's3-plain'

export interface Address {
  readonly name: ServiceName
  /** What a client takes: `redis://…`, `postgres://…`, `nats://…`, `http://…` without credentials. */
  readonly url: string
  readonly host: string
  readonly port: number
}

export interface ClusterAddress extends Address {
  readonly nodes: readonly { readonly host: string; readonly port: number }[]
}

/** Path style, region `us-east-1`; the test makes its bucket. */
export interface S3Address extends Address {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface AddressOf {
  readonly redis: Address
  readonly 'redis-cluster': ClusterAddress
  readonly postgres: Address
  readonly nats: Address
  readonly s3: S3Address
  readonly 's3-plain': S3Address
}

export type AnyAddress = AddressOf[ServiceName]

export const SERVICE_NAMES: readonly ServiceName[] = [
  'redis',
  'redis-cluster',
  'postgres',
  'nats',
  's3',
  's3-plain',
]

const DEFAULT_PORTS: ReadonlyMap<string, number> = new Map([
  ['redis:', 6379],
  ['rediss:', 6379],
  ['postgres:', 5432],
  ['postgresql:', 5432],
  ['nats:', 4222],
  ['http:', 80],
  ['https:', 443],
])

/** The variable that names a server which runs already. */
export const variableOf = (name: ServiceName): string =>
  `MFM_TEST_${name.toUpperCase().replace('-', '_')}_URL`

const isS3 = (address: AnyAddress): address is S3Address => 'accessKeyId' in address

/** An address as the value of its variable: the credentials of S3 are part of it. */
export const variableValueOf = (address: AnyAddress): string => {
  const url = new URL(address.url)
  if (isS3(address)) {
    url.username = encodeURIComponent(address.accessKeyId)
    url.password = encodeURIComponent(address.secretAccessKey)
  }
  return url.href
}

/** Reads the value of a variable. Nothing of it is repeated in an error, because it may hold a password. */
export const parseVariable = (name: ServiceName, value: string): AnyAddress => {
  const url = URL.parse(value)
  const port = url === null ? 0 : Number(url.port) || (DEFAULT_PORTS.get(url.protocol) ?? 0)
  if (url === null || port === 0) throw new Error(`${variableOf(name)} is not a URL of a server`)
  const address = { name, url: value, host: url.hostname, port }
  if (name === 'redis-cluster') return { ...address, nodes: [{ host: url.hostname, port }] }
  if (name !== 's3' && name !== 's3-plain') return address
  const accessKeyId = decodeURIComponent(url.username)
  const secretAccessKey = decodeURIComponent(url.password)
  if (accessKeyId === '' || secretAccessKey === '') {
    throw new Error(`${variableOf(name)} must hold the credentials: http://KEY:SECRET@host:port`)
  }
  url.username = ''
  url.password = ''
  return { ...address, url: url.origin, accessKeyId, secretAccessKey }
}

export const addressFromEnvironment = (
  name: ServiceName,
  environment: NodeJS.ProcessEnv,
): AnyAddress | undefined => {
  const value = environment[variableOf(name)]
  return value === undefined || value === '' ? undefined : parseVariable(name, value)
}

import { MfmError } from '@mfm/errors'
import type { Backend, Place, Port } from './backend.ts'
import { PORTS } from './backend.ts'

interface Scheme {
  /** How its URL is written. */
  readonly form: string
  /** What it can keep. */
  readonly ports: readonly Port[]
  /** A backend, and the client library behind it, is loaded when its scheme is asked for. */
  load(): Promise<Backend>
}

const POSTGRES: Scheme = {
  form: 'postgres://user@host/database',
  ports: PORTS,
  load: async () => (await import('./backends/postgres.ts')).postgres,
}

const REDIS: Scheme = {
  form: 'redis://host',
  ports: ['facts'],
  load: async () => (await import('./backends/redis.ts')).redis,
}

const SCHEMES: ReadonlyMap<string, Scheme> = new Map<string, Scheme>([
  [
    'sqlite',
    {
      form: 'sqlite:<file>',
      ports: PORTS,
      load: async () => (await import('./backends/sqlite.ts')).sqlite,
    },
  ],
  ['postgres', POSTGRES],
  ['postgresql', POSTGRES],
  [
    'nats',
    {
      form: 'nats://host',
      ports: PORTS,
      load: async () => (await import('./backends/nats.ts')).nats,
    },
  ],
  [
    's3',
    {
      form: 's3://bucket/prefix',
      ports: ['artifacts'],
      load: async () => (await import('./backends/s3.ts')).s3,
    },
  ],
  [
    'file',
    {
      form: 'file:<folder>',
      ports: ['artifacts'],
      load: async () => (await import('./backends/file.ts')).file,
    },
  ],
  ['redis', REDIS],
  ['rediss', REDIS],
  [
    'memory',
    {
      form: 'memory:',
      ports: PORTS,
      load: async () => (await import('./backends/memory.ts')).memory,
    },
  ],
])

export interface FoundScheme {
  readonly name: string
  readonly scheme: Scheme
  /** The URL behind the scheme and its colon. */
  readonly rest: string
}

/**
 * The scheme of a place that can keep this port.
 *
 * @throws MfmError `invalid_option` with `details.option`, `details.port` and the forms that would do
 */
export function schemeFor(port: Port, { url, option }: Place): FoundScheme {
  const [, name = '', rest = ''] = /^([a-z][a-z0-9+.-]*):(.*)$/s.exec(url) ?? []
  const scheme = SCHEMES.get(name)
  if (scheme?.ports.includes(port)) return { name, scheme, rest }
  const able = Array.from(new Set(SCHEMES.values())).filter(({ ports }) => ports.includes(port))
  const forms = able.map(({ form }) => form)
  throw new MfmError('invalid_option', {
    message: problemOf(port, name, scheme),
    details: { option, port, forms },
    help: `Write --${port === 'events' ? 'events (or --store)' : port} as ${forms.join(', ')}.`,
  })
}

/** A URL of another kind may hold a password, so no more than its scheme is shown. */
function problemOf(port: Port, name: string, scheme: Scheme | undefined): string {
  if (name === '') return 'the store is not a URL'
  if (scheme === undefined) return `no store has the scheme ${JSON.stringify(name)}`
  return `${name}: keeps ${scheme.ports.join(' and ')}, and not ${port}`
}

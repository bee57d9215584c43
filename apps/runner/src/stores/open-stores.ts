import type { Stores } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'

/** `create` makes a store that is not there; `write` and `read` refuse, and never leave a file behind. */
export type Access = 'create' | 'write' | 'read'

export interface StoreUrl {
  readonly url: string
  /** What a relative path is relative to. */
  readonly base: string
}

interface Scheme {
  readonly form: string
  open(rest: string, base: string, access: Access): Promise<Stores>
}

/** Each backend is loaded when its scheme is asked for. */
const SCHEMES: ReadonlyMap<string, Scheme> = new Map<string, Scheme>([
  [
    'sqlite',
    {
      form: 'sqlite:<file>',
      open: async (rest, base, access) =>
        await (await import('./sqlite.ts')).openSqlite(rest, base, access),
    },
  ],
  [
    'memory',
    {
      form: 'memory:',
      open: async (rest, _base, access) =>
        await (await import('./memory.ts')).openMemory(rest, access),
    },
  ],
])

/**
 * Opens the stores that a URL names.
 *
 * @throws MfmError `invalid_option` for a scheme or form that is not known, `store_unavailable` where the store
 * cannot be opened or, unless access is `create`, is not there
 */
export async function openStores({ url, base }: StoreUrl, access: Access): Promise<Stores> {
  const [, name = '', rest = ''] = /^([a-z][a-z0-9+.-]*):(.*)$/s.exec(url) ?? []
  const scheme = SCHEMES.get(name)
  if (scheme !== undefined) return await scheme.open(rest, base, access)
  const forms = [...SCHEMES.values()].map(({ form }) => form)
  throw new MfmError('invalid_option', {
    // A URL of another kind may hold a password, so no more than its scheme is shown.
    message:
      name === '' ? 'the store is not a URL' : `no store has the scheme ${JSON.stringify(name)}`,
    details: { option: 'store', forms },
    help: `Write the store as ${forms.join(' or ')}.`,
  })
}

import { MfmError } from '@mfm/errors'

const NAMESPACE = /^[a-z][a-z0-9_]{0,62}(\.[a-z][a-z0-9_]{0,62})*$/

/**
 * Checks the namespace of a call: one or more segments joined by dots, such as `http` or `local.fs`.
 *
 * @throws MfmError `invalid_id`; the text is not echoed
 */
export function parseNamespace(value: unknown): string {
  if (typeof value === 'string' && NAMESPACE.test(value)) return value
  throw new MfmError('invalid_id', {
    message: 'a namespace is one or more segments of a-z, 0-9 and _ joined by dots',
    details: { id: 'namespace' },
  })
}

import type { Transport, TransportAnswer, TransportCall } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { parseNamespace } from '@mfm/facts'

/**
 * Picks a transport by the namespace of a call. The group `local` serves `local` and `local.fs` but not `localhost`;
 * of several groups the longest wins.
 */
export class TransportRouter implements Transport {
  readonly #routes = new Map<string, Transport>()

  /** @param routes group to transport, as {@link register} takes them */
  constructor(routes: Readonly<Record<string, Transport>> = {}) {
    for (const [group, transport] of Object.entries(routes)) this.register(group, transport)
  }

  /** @throws MfmError `invalid_option` where the group is empty, malformed or taken */
  register(group: string, transport: Transport): this {
    const name = parseGroup(group)
    if (this.#routes.has(name)) throw groupError(`the group ${name} is registered already`)
    this.#routes.set(name, transport)
    return this
  }

  /**
   * A copy in which the group is added or replaced.
   *
   * @throws MfmError `invalid_option` where the group is empty or malformed
   */
  withRoute(group: string, transport: Transport): TransportRouter {
    const copy = new TransportRouter()
    for (const [name, route] of this.#routes) copy.#routes.set(name, route)
    copy.#routes.set(parseGroup(group), transport)
    return copy
  }

  async call(call: TransportCall): Promise<TransportAnswer> {
    const transport = this.#find(call.namespace)
    if (transport !== undefined) return await transport.call(call)
    const groups = [...this.#routes.keys()].sort()
    throw new MfmError('io_unknown_namespace', {
      message: `no transport is registered for the namespace of the call; there are: ${groups.join(', ') || 'none'}`,
      details: { groups },
    })
  }

  #find(namespace: string): Transport | undefined {
    for (let group = namespace; group !== ''; group = parentOf(group)) {
      const transport = this.#routes.get(group)
      if (transport !== undefined) return transport
    }
    return undefined
  }
}

function parentOf(group: string): string {
  return group.slice(0, Math.max(group.lastIndexOf('.'), 0))
}

function parseGroup(group: string): string {
  const name = group.trim()
  if (name === '') throw groupError('the name of a group is empty')
  try {
    return parseNamespace(name)
  } catch (cause) {
    throw groupError('the name of a group is not segments joined by dots', cause)
  }
}

function groupError(message: string, cause?: unknown): MfmError {
  return new MfmError('invalid_option', { message, details: { option: 'group' }, cause })
}

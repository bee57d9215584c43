import type { JsonValue, RunId, StateId, Transport, TransportCall } from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import { TransportRouter } from './transport-router.ts'

const named = (name: string): Transport => ({ call: async () => ({ response: name }) })

const callOf = (namespace: string): TransportCall => ({
  runId: '11111111-2222-4333-8444-555555555555' as RunId,
  stateId: 'demo.main.fetch' as StateId,
  attempt: 0,
  namespace,
  request: { secret: 'never echoed' },
  factKey: null,
  resolveSecret: () => Promise.reject(new Error('none')),
  signal: new AbortController().signal,
})

const route = async (router: TransportRouter, namespace: string): Promise<JsonValue> =>
  (await router.call(callOf(namespace))).response

describe('TransportRouter', () => {
  it.each([
    ['local', 'local'],
    ['local.db', 'local'],
    ['local.fs', 'local.fs'],
    ['local.fs.read_text', 'local.fs'],
    ['evm.read', 'evm'],
  ])('sends %s to %s', async (namespace, group) => {
    const groups = ['evm', 'local', 'local.fs']
    const routes = Object.fromEntries(groups.map((name) => [name, named(name)]))
    expect(await route(new TransportRouter(routes), namespace)).toBe(group)
  })

  it.each(['evmx', 'loc', 'fs', 'toString', 'localhost.fs'])(
    'knows nobody for %s, and lists whom it knows',
    async (namespace) => {
      const router = new TransportRouter({ local: named('l'), evm: named('e') })
      const error: unknown = await route(router, namespace).catch((reason: unknown) => reason)
      expect(error).toMatchObject({
        code: 'io_unknown_namespace',
        details: { groups: ['evm', 'local'] },
      })
      expect(`${Object(error).message}${JSON.stringify(error)}`).not.toContain('never echoed')
    },
  )

  it.each(['', ' ', 'http', ' http ', 'Http', 'http.', '.http'])(
    'refuses the group %j',
    (group) => {
      const router = new TransportRouter({ http: named('h') })
      expect(() => router.register(group, named('x'))).toThrow(
        expect.objectContaining({ code: 'invalid_option' }),
      )
    },
  )

  it('replaces a route in a copy', async () => {
    const router = new TransportRouter().register(' http ', named('old'))
    const other = router.withRoute('http', named('new')).withRoute('exec', named('exec'))
    expect(await route(router, 'http')).toBe('old')
    expect([await route(other, 'http'), await route(other, 'exec')]).toEqual(['new', 'exec'])
    await expect(route(router, 'exec')).rejects.toMatchObject({ code: 'io_unknown_namespace' })
  })
})

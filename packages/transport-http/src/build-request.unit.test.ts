import type { RequestValue } from '@mfm/core-types'
import { resolverOf, secret, withoutSecrets } from '@mfm/secrets'
import { describe, expect, it } from 'vitest'
import type { HttpInput } from './address.ts'
import type { HttpInit } from './build-request.ts'
import { httpRequest } from './build-request.ts'
import { wireRequest } from './wire-request.ts'

const redacted = (input: HttpInput, init?: HttpInit) => withoutSecrets(httpRequest(input, init))

const sent = async (input: HttpInput, init?: HttpInit) => {
  const endpoints = { api: 'https://user:pw@internal.test/base?tenant=1' }
  const resolve = resolverOf({ token: 'the-token' })
  const { url, headers, body } = await wireRequest(httpRequest(input, init), { endpoints }, resolve)
  return { url: url.href, headers: Object.fromEntries(headers), body }
}

describe('httpRequest', () => {
  it('writes a plain request out', () => {
    expect(
      redacted('https://api.test/v1?b=2&a=1#top', { headers: { Accept: 'text/html' } }),
    ).toEqual({
      kind: 'http_request',
      v: 1,
      method: 'GET',
      url: 'https://api.test/v1?b=2&a=1',
      headers: { accept: 'text/html' },
    })
  })

  it('knows no host of a named endpoint', () => {
    const input = { endpoint: 'api', path: '/items?x=1', query: { limit: 5, q: 'a b' } }
    expect(redacted(input)).toEqual({
      kind: 'http_request',
      v: 1,
      method: 'GET',
      endpoint: 'api',
      path: '/items?x=1&limit=5&q=a+b',
      headers: {},
    })
  })

  it.each([
    ['authorization', 'Bearer abcdef', ['Bearer ', '[secret:authorization]']],
    ['Authorization', 'abcdef', '[secret:authorization]'],
    ['proxy-authorization', 'Basic YQ==', ['Basic ', '[secret:proxy_authorization]']],
    ['cookie', 'id=1', '[secret:cookie]'],
    ['X-Api-Key', 'k', '[secret:x_api_key]'],
    ['api-key', 'k', '[secret:api_key]'],
    ['x-auth-user', 'k', '[secret:x_auth_user]'],
    ['x-vault-token', 'k', '[secret:x_vault_token]'],
    ['x-page-token', 'k', 'k'],
  ])('records the header %s: %s as %j', (name, value, expected) => {
    expect(redacted('https://a.test', { headers: { [name]: value } })).toMatchObject({
      headers: { [name.toLowerCase()]: expected },
    })
  })

  it('leaves headers of the connection and of tracing out', () => {
    const headers = { host: 'x', Connection: 'close', traceparent: '00-1', 'x-request-id': '1' }
    expect(redacted('https://a.test', { headers })).toMatchObject({ headers: {} })
  })

  it('moves credentials of an address into secrets', async () => {
    const input = 'https://user:p%40ss@a.test/x?page=2&api_key=k1&access_token=k2&q=%20'
    expect(redacted(input)).toMatchObject({
      url: 'https://a.test/x?page=2&q=%20',
      headers: { authorization: ['Basic ', '[secret:authorization]'] },
      query: [
        ['api_key', '[secret:api_key]'],
        ['access_token', '[secret:access_token]'],
      ],
    })
    expect(await sent(input)).toMatchObject({
      url: 'https://a.test/x?page=2&q=%20&api_key=k1&access_token=k2',
      headers: { authorization: `Basic ${btoa('user:p@ss')}` },
    })
  })

  it('identifies requests that differ in a credential alone as the same', () => {
    const at = (key: string) =>
      redacted(`https://a.test/?api_key=${key}`, { headers: { authorization: `Bearer ${key}` } })
    expect(at('one')).toEqual(at('two'))
  })

  it('puts the values of secrets in on the way out', async () => {
    const wire = await sent(
      { endpoint: 'api', path: '/t', query: { key: secret('token') } },
      {
        method: 'post',
        headers: { 'x-sign': ['a=', secret('token')] },
        json: { b: [secret('token')], a: 0.5 },
      },
    )
    expect(wire).toEqual({
      url: 'https://internal.test/base/t?tenant=1&key=the-token',
      headers: {
        authorization: `Basic ${btoa('user:pw')}`,
        'content-type': 'application/json',
        'x-sign': 'a=the-token',
      },
      body: '{"a":0.5,"b":["the-token"]}',
    })
  })

  it.each<readonly [HttpInit, RequestValue, string | undefined]>([
    [{ body: 'text' }, { text: 'text' }, 'text/plain;charset=UTF-8'],
    [
      { body: new URLSearchParams({ a: '1 2' }) },
      { text: 'a=1+2' },
      'application/x-www-form-urlencoded;charset=UTF-8',
    ],
    [{ body: Uint8Array.of(0, 255) }, { base64: 'AP8=' }, undefined],
    [{ json: [1] }, { json: [1] }, 'application/json'],
  ])('records the body %j', async (init, body, contentType) => {
    const request = httpRequest('https://a.test', { ...init, method: 'PUT' })
    expect(request.body).toEqual(body)
    expect(request.headers['content-type']).toBe(contentType)
  })

  it.each<readonly [HttpInput, HttpInit]>([
    ['not an address', {}],
    ['ftp://a.test/x', {}],
    ['https://a.test', { method: 'BAD METHOD' }],
    ['https://a.test', { method: 'trace' }],
    ['https://a.test', { body: 'x' }],
    ['https://a.test', { method: 'HEAD', json: {} }],
    ['https://a.test', { method: 'POST', json: {}, body: 'x' }],
    ['https://a.test', { select: ['versions'] }],
    ['https://a.test', { select: [] }],
    ['https://a.test', { headers: { 'bad name': 'x' } }],
    ['https://a.test', { headers: { a: '1', A: '2' } }],
    ['https://a.test', { headers: { authorization: `Bearer ${secret('token')}` } }],
    [`https://a.test/?q=${secret('token')}`, {}],
    ['https://u:p@a.test', { headers: { authorization: 'x' } }],
    ['https://%zz:p@a.test', {}],
    [{ endpoint: 'Api', path: '/' }, {}],
    [{ endpoint: 'api', path: 'x' }, {}],
    [{ endpoint: 'api', path: '//evil.test/x' }, {}],
    [{ endpoint: 'api', path: '/\\evil.test' }, {}],
  ])('refuses %j %j', (input, init) => {
    expect(() => httpRequest(input, init)).toThrow(
      expect.objectContaining({ code: 'http_request_invalid' }),
    )
  })
})

describe('an endpoint', () => {
  it.each(['/../x', '/a/../../x', '/%2e%2e/x'])('is not left by the path %s', async (path) => {
    await expect(sent({ endpoint: 'api', path })).rejects.toMatchObject({
      code: 'http_request_invalid',
    })
  })

  it.each([
    ['/', 'https://internal.test/base?tenant=1'],
    ['/x', 'https://internal.test/base/x?tenant=1'],
    ['/x?y=1?2', 'https://internal.test/base/x?tenant=1&y=1?2'],
  ])('is the beginning of %s', async (path, url) => {
    expect((await sent({ endpoint: 'api', path })).url).toBe(url)
  })

  it('that is unknown is refused with the known names', async () => {
    const request = httpRequest({ endpoint: 'other', path: '/' })
    const options = {
      endpoints: { api: 'https://x.test' },
      env: { MFM_ENDPOINT_NODE: 'y', PATH: '' },
    }
    await expect(wireRequest(request, options, resolverOf({}))).rejects.toMatchObject({
      code: 'http_endpoint_unknown',
      details: { endpoint: 'other', known: ['api', 'node'] },
    })
  })

  it.each(['file:///etc', 'nonsense'])('is not at %s', async (address) => {
    const request = httpRequest({ endpoint: 'api', path: '/' })
    const options = { endpoints: { api: async () => address } }
    await expect(wireRequest(request, options, resolverOf({}))).rejects.toMatchObject({
      code: 'http_endpoint_unknown',
    })
  })

  it('is found in the environment that is given', async () => {
    const request = httpRequest({ endpoint: 'my_node', path: '/x' })
    const options = { env: { MFM_ENDPOINT_MY_NODE: 'http://n.test:8080' } }
    const { url } = await wireRequest(request, options, resolverOf({}))
    expect(url.href).toBe('http://n.test:8080/x')
  })
})

import { createHmac } from 'node:crypto'
import { inspect } from 'node:util'
import type { JsonValue } from '@mfm/core-types'
import type { MfmError } from '@mfm/errors'
import { hasCode } from '@mfm/errors'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SecretGuard } from './secret-guard.ts'

const KEY = new Uint8Array(32).fill(3)
/** Put together here, so that no file holds what looks like a token. */
const GITHUB = ['ghp', 'q7R2xW9kZp4Tm8Vbn3Lcq7R2xW9kZp4Tm8Vb'].join('_')

const refusing = () => new SecretGuard({ mode: 'refuse' })
const redacting = () => new SecretGuard({ mode: 'redact', key: KEY })

function refusal(guard: SecretGuard, value: JsonValue, what = 'a value'): MfmError {
  try {
    guard.admit(value, what)
  } catch (error) {
    if (hasCode(error, 'secrets_detected')) return error
    throw error
  }
  throw new Error('the value was admitted')
}

function markOf(rule: string, secret: string): string {
  const digest = createHmac('sha256', KEY).update(secret).digest('hex').slice(0, 16)
  return `[redacted:${rule}:${digest}]`
}

describe('scan', () => {
  it('names the place and the rule of each hit, in document order', () => {
    const value = {
      headers: [
        ['accept', '*/*'],
        ['authorization', `token ${GITHUB}`],
      ],
      'a/b': { password: 'hunter2', list: ['x', GITHUB] },
      body: JSON.stringify({ apiKey: GITHUB }),
    }
    expect(refusing().scan(value)).toEqual([
      { pointer: '/headers/1/1', rule: 'authorization' },
      { pointer: '/a~1b/password', rule: 'password' },
      { pointer: '/a~1b/list/1', rule: 'github_token' },
      { pointer: '/body', rule: 'api_key' },
    ])
  })

  it('points at a member whose name is the hit, and cuts the name out', () => {
    const hits = refusing().scan({ users: { [`u-${GITHUB}`]: { password: 'hunter2' } } })
    expect(hits).toEqual([
      { pointer: '/users/u-[redacted:github_token]', rule: 'github_token' },
      { pointer: '/users/u-[redacted:github_token]/password', rule: 'password' },
    ])
  })

  it('takes a bare text', () => {
    expect(refusing().scanText(`see ${GITHUB}`)).toEqual([{ pointer: '', rule: 'github_token' }])
    expect(refusing().scan(`see ${GITHUB}`)).toEqual([{ pointer: '', rule: 'github_token' }])
    expect(refusing().scanText('nothing to see')).toEqual([])
  })

  it('finds a phrase that is a list of words, and no list of ordinary words', () => {
    const phrase = [...Array.from({ length: 11 }, () => 'abandon'), 'about']
    expect(refusing().scan({ words: phrase })).toEqual([
      { pointer: '/words', rule: 'recovery_phrase' },
    ])
    expect(redacting().admit({ words: phrase }, 'x')).toEqual({
      words: phrase.map(() => markOf('recovery_phrase', phrase.join(' '))),
    })
    expect(refusing().scan({ words: phrase.toReversed() })).toEqual([])
  })

  it('looks at hex keys only under the names of keys', () => {
    const hex = 'ab12'.repeat(16)
    expect(refusing().scan({ hash: hex, key: hex, deployer_key: `0x${hex}` })).toEqual([
      { pointer: '/deployer_key', rule: 'private_key_hex' },
    ])
  })

  it('goes 2000 levels deep and refuses more', () => {
    const nest = (levels: number): JsonValue => {
      let value: JsonValue = { password: 'hunter2' }
      for (let level = 1; level < levels; level += 1) value = level % 2 ? [value] : { a: value }
      return value
    }
    expect(refusing().scan(nest(2000))).toHaveLength(1)
    expect(() => refusing().scan(nest(2001))).toThrow(
      expect.objectContaining({ code: 'json_too_deep' }),
    )
  })

  it('looks into JSON text as deep as the stack is safe, and at what is deeper as text', () => {
    let text = JSON.stringify({ password: 'hunter2', token: GITHUB })
    for (let level = 0; level < 8; level += 1) text = JSON.stringify({ inner: text })
    expect(refusing().scan({ text })).toContainEqual({ pointer: '/text', rule: 'password' })
    const deep = `${'['.repeat(3000)}"${GITHUB}"${']'.repeat(3000)}`
    expect(refusing().scan({ deep })).toEqual([{ pointer: '/deep', rule: 'github_token' }])
  })
})

describe('admit', () => {
  it('gives a clean value back as it is', () => {
    const value = { liquid_token: 'a', list: [1, null, 10n], text: 'a password reset' }
    for (const guard of [refusing(), redacting()]) expect(guard.admit(value, 'x')).toBe(value)
  })

  it('refuses with the places and the rules, and nothing of the value', () => {
    const value = { a: GITHUB, [GITHUB]: { password: 'hunter2' } }
    const error = refusal(refusing(), value, 'the payload of a fact')
    expect(error.details).toEqual({
      what: 'the payload of a fact',
      hits: [
        { pointer: '/a', rule: 'github_token' },
        { pointer: '/[redacted:github_token]', rule: 'github_token' },
        { pointer: '/[redacted:github_token]/password', rule: 'password' },
      ],
      total: 3,
    })
    expect(inspect(error, { depth: 9 })).not.toMatch(/hunter2|q7R2xW9k/)
  })

  it('does not let its own label leak', () => {
    const error = refusal(refusing(), { password: 'hunter2' }, `the fact login:${GITHUB}`)
    expect(inspect(error, { depth: 9 })).not.toContain(GITHUB)
  })

  it('lists 20 hits and counts all', () => {
    const value = Array.from({ length: 33 }, () => ({ password: 'hunter2' }))
    const { details } = refusal(refusing(), value)
    expect(details).toMatchObject({ total: 33 })
    expect(details?.['hits']).toHaveLength(20)
  })

  it('redacts a copy, in place, so that equal secrets stay equal', () => {
    const value = {
      same: { kept: true },
      password: 'hunter2',
      url: `https://ada:hunter2@example.com/?access_token=${GITHUB}&page=2`,
      again: ['hunter2', { newPassword: 'hunter2' }],
    }
    const redacted = redacting().admit(value, 'x')
    expect(redacted).toEqual({
      same: { kept: true },
      password: markOf('password', 'hunter2'),
      url: `https://${markOf('url_credentials', 'ada:hunter2')}@example.com/?access_token=${markOf('github_token', GITHUB)}&page=2`,
      again: ['hunter2', { newPassword: markOf('password', 'hunter2') }],
    })
    expect((redacted as typeof value).same).toBe(value.same)
    expect(value.password).toBe('hunter2')
    const other = new SecretGuard({ mode: 'redact', key: new Uint8Array(16) })
    expect(other.admit(value, 'x')).not.toEqual(redacted)
  })

  it('names the rule alone where there is no key', () => {
    const guard = new SecretGuard({ mode: 'redact' })
    expect(guard.admit({ password: 'hunter2' }, 'x')).toEqual({ password: '[redacted:password]' })
  })

  it('changes nothing else of a JSON text', () => {
    const write = (first: string, second: string) =>
      `{ "n": 12345678901234567890.50, "u": "\\u00e9", "password" : "${first}", "password": "${second}",\n "l": [1e2] }`
    expect(redacting().admit({ text: write('hunter2', 'x z') }, 'x')).toEqual({
      text: write(markOf('password', 'hunter2'), markOf('password', 'x z')),
    })
  })

  it('cuts out a long value of a text whole', () => {
    const cookie = `sid=${'q7R2xW9k'.repeat(80)}; lang=en`
    expect(redacting().admit(`x\nCookie: ${cookie}\ny`, 'x')).toBe(
      `x\nCookie: ${markOf('cookie', cookie)}\ny`,
    )
    const key = 'q7R2xW9k'.repeat(80)
    expect(redacting().admit(`f(api_key="${key}")`, 'x')).toBe(
      `f(api_key="${markOf('api_key', key)}")`,
    )
  })

  it('sees through the escapes of JSON text', () => {
    const escaped = `\\u0067${GITHUB.slice(1)}`
    const text = `{"${escaped}":1,"a":["${escaped}"],"p\\u0061ssword":"hunter2"}`
    expect(redacting().admit({ text }, 'x')).toEqual({
      text: `{"${markOf('github_token', GITHUB)}":1,"a":["${markOf('github_token', GITHUB)}"],"p\\u0061ssword":"${markOf('password', 'hunter2')}"}`,
    })
  })

  it('keeps a member that is called __proto__ a member', () => {
    const value = JSON.parse('{"__proto__":{"password":"hunter2"}}') as JsonValue
    expect(JSON.stringify(redacting().admit(value, 'x'))).toBe(
      `{"__proto__":{"password":"${markOf('password', 'hunter2')}"}}`,
    )
  })

  it('has nothing left to redact afterwards, whatever the value', () => {
    const names = fc.oneof(
      fc.string(),
      fc.constantFrom('password', 'Cookie', 'api_key', 'name', 'value', 'token'),
    )
    const texts = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'hunter2',
        `Bearer ${GITHUB}`,
        'sid=12345678; a=b',
        `x:${GITHUB}`,
        `https://a:bcde@h/${GITHUB}`,
      ),
      fc.constantFrom(
        'password=hunter2&cookie=a=b',
        '[{"password":"hunter2"}]',
        '--password',
        'authorization',
      ),
    )
    const { value: values } = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        texts,
        fc.integer(),
        texts.map((text) => JSON.stringify({ password: text, inner: [text] })),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(names, tie('value'), { maxKeys: 4 }),
      ),
    }))
    const guard = redacting()
    guard.register('live-value-4711')
    fc.assert(
      fc.property(values, (value) => {
        const once = guard.admit(value, 'x')
        expect(guard.admit(once, 'x')).toBe(once)
        expect(JSON.stringify(once)).not.toContain(GITHUB)
        expect(once === value).toBe(guard.scan(value).length === 0)
      }),
      { numRuns: 500 },
    )
  })
})

describe('registered values', () => {
  it('are found by value, with their name, and are digested as themselves', () => {
    const guard = redacting()
    guard.register('live value/4711', 'upstream')
    const value = {
      echo: 'you sent live value/4711.',
      query: 'q=live%20value%2F4711',
      basic: Buffer.from('user:live value/4711').toString('base64'),
    }
    expect(guard.scan(value).map(({ pointer, rule, name }) => [pointer, rule, name])).toEqual([
      ['/echo', 'registered', 'upstream'],
      ['/query', 'registered', 'upstream'],
      ['/basic', 'registered', 'upstream'],
    ])
    const mark = markOf('registered', 'live value/4711')
    expect(guard.admit(value, 'x')).toMatchObject({
      echo: `you sent ${mark}.`,
      query: `q=${mark}`,
      basic: expect.stringContaining(mark),
    })
    expect(refusal(refuseWith('live value/4711'), value).details).toMatchObject({
      hits: [{ name: 'upstream' }, { name: 'upstream' }, { name: 'upstream' }],
    })
  })

  it('count from then on, in member names too', () => {
    const guard = refusing()
    const value = { 'live-value-4711': 1 }
    expect(guard.scan(value)).toEqual([])
    guard.register('live-value-4711')
    expect(guard.scan(value)).toEqual([{ pointer: '/[redacted:registered]', rule: 'registered' }])
  })

  it('do not hide what is glued to them', () => {
    const guard = redacting()
    guard.register('live-value-abc')
    const mark = markOf('registered', 'live-value-abc')
    expect(guard.redactText(`live-value-abc${GITHUB}`)).toBe(
      `${mark}${markOf('github_token', GITHUB)}`,
    )
    expect(guard.admit({ 'live-value-abcpassword': 'hunter2' }, 'x')).toEqual({
      [`${mark}password`]: markOf('password', 'hunter2'),
    })
  })

  it('under 6 characters are ignored', () => {
    const guard = refusing()
    guard.register('abcde')
    expect(guard.scan(['abcde'])).toEqual([])
  })

  it('have a name that is a segment', () => {
    expect(() => refusing().register('live-value-4711', 'Not One')).toThrow(
      expect.objectContaining({ code: 'invalid_id' }),
    )
  })

  function refuseWith(value: string): SecretGuard {
    const guard = refusing()
    guard.register(value, 'upstream')
    return guard
  }
})

describe('exceptions', () => {
  const value = { items: [{ password: 'hunter2', note: GITHUB }, { password: 'hunter3' }] }

  it('let through what they name, and are counted', () => {
    const guard = new SecretGuard({
      mode: 'refuse',
      exceptions: [
        { rule: 'password', pointer: '/items/*/password', reason: 'made up by the test' },
        { rule: 'github_token', pointer: '/items/0/note', reason: 'revoked' },
        { rule: 'cookie', reason: 'never used' },
      ],
    })
    expect(guard.admit(value, 'x')).toBe(value)
    expect(guard.exceptionsUsed).toEqual([
      { rule: 'password', pointer: '/items/*/password', reason: 'made up by the test', count: 2 },
      { rule: 'github_token', pointer: '/items/0/note', reason: 'revoked', count: 1 },
    ])
  })

  it('let nothing else through', () => {
    const guard = new SecretGuard({
      mode: 'refuse',
      exceptions: [{ rule: 'password', pointer: '/items/0/password', reason: 'one only' }],
    })
    expect(guard.scan(value)).toEqual([
      { pointer: '/items/0/note', rule: 'github_token' },
      { pointer: '/items/1/password', rule: 'password' },
    ])
  })

  it('spare a field, not the token in it', () => {
    const guard = new SecretGuard({
      mode: 'refuse',
      exceptions: [{ rule: 'password', reason: 'x' }],
    })
    expect(guard.scan({ password: GITHUB })).toEqual([
      { pointer: '/password', rule: 'github_token' },
    ])
  })

  it.each([
    { rule: 'no_such_rule', reason: 'x' },
    { rule: 'password', reason: ' ' },
    { rule: 'password' },
    { rule: 'password', pointer: 'items', reason: 'x' },
    { rule: 'password', reason: 'x', until: 'tomorrow' },
  ])('are refused when malformed: %j', (exception) => {
    // A cast because callers without types can do this.
    const exceptions = [exception] as never
    expect(() => new SecretGuard({ mode: 'refuse', exceptions })).toThrow(
      expect.objectContaining({ code: 'invalid_option' }),
    )
  })
})

describe('options', () => {
  it.each([
    { mode: 'allow' },
    {},
    { mode: 'redact', key: 'text' },
    { mode: 'redact', key: new Uint8Array(15) },
    { mode: 'refuse', more: 1 },
  ])('%j are refused', (options) => {
    // A cast because callers without types can do this.
    expect(() => new SecretGuard(options as never)).toThrow(
      expect.objectContaining({ code: 'invalid_option' }),
    )
  })

  it('keep a copy of the key', () => {
    const key = Uint8Array.from(KEY)
    const guard = new SecretGuard({ mode: 'redact', key })
    key.fill(0)
    expect(guard.admit({ password: 'hunter2' }, 'x')).toEqual({
      password: markOf('password', 'hunter2'),
    })
    expect(inspect(guard, { depth: 9, showHidden: true })).not.toContain('3, 3, 3')
  })
})

describe('redactText', () => {
  it('replaces hits in place in either mode', () => {
    const message = `connect to https://ada:hunter2@example.com failed: token ${GITHUB} was refused`
    expect(refusing().redactText(message)).toBe(
      'connect to https://[redacted:url_credentials]@example.com failed: token [redacted:github_token] was refused',
    )
    expect(redacting().redactText(message)).toContain(markOf('github_token', GITHUB))
  })

  it('keeps a message without hits', () => {
    const message = 'the password of ada is too short: 8 characters or more'
    expect(refusing().redactText(message)).toBe(message)
  })
})

import { inspect } from 'node:util'
import type { JsonValue } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import { describe, expect, it } from 'vitest'
import type { Kind, NamedKind } from '../test/planted/kinds.ts'
import { NAMED, SHAPED } from '../test/planted/kinds.ts'
import { ANYWHERE, IN_A_WORD, UNDER_NAME } from '../test/planted/places.ts'
import { Random } from '../test/planted/random.ts'
import { SecretGuard } from './secret-guard.ts'

const SEEDS = 10
const refusing = new SecretGuard({ mode: 'refuse' })
const redacting = new SecretGuard({ mode: 'redact', key: new Uint8Array(32).fill(7) })

interface Planted {
  readonly secret: string
  readonly value: JsonValue
}

function plantShaped(kind: Kind, seed: number): Planted[] {
  const random = new Random(seed)
  return ANYWHERE.map((place) => {
    const secret = kind.draw(random)
    return { secret, value: place(secret, random) }
  })
}

function plantNamed(kind: NamedKind, seed: number): Planted[] {
  const random = new Random(seed)
  const places = kind.isWord ? [...UNDER_NAME, ...IN_A_WORD] : UNDER_NAME
  return places.map((place) => {
    const secret = kind.draw(random)
    return { secret, value: place(random.pick(kind.names), secret, random) }
  })
}

/** As it is, in JSON text of two depths, in a URL, or its random parts alone. */
function holds(text: string, secret: string): boolean {
  const once = JSON.stringify(secret).slice(1, -1)
  const twice = JSON.stringify(once).slice(1, -1)
  const parts = secret.match(/[A-Za-z0-9]{12,}/g) ?? []
  return [secret, once, twice, encodeURIComponent(secret), ...parts].some((form) =>
    text.includes(form),
  )
}

function refusalOf(value: JsonValue): unknown {
  try {
    refusing.admit(value, 'a value')
  } catch (error) {
    return error
  }
  return undefined
}

function expectCaught({ secret, value }: Planted, kind: Kind): void {
  const report = { value, rules: refusing.scan(value).map((hit) => hit.rule) }
  expect(report).toEqual({ value, rules: expect.arrayContaining([kind.rule]) })

  const refusal = refusalOf(value)
  expect(hasCode(refusal, 'secrets_detected')).toBe(true)
  const shown = [inspect(refusal, { depth: 9 }), JSON.stringify(refusal), String(refusal)]
  expect(shown.filter((text) => holds(text, secret))).toEqual([])

  const redacted = redacting.admit(value, 'a value')
  expect(holds(JSON.stringify(redacted), secret)).toBe(false)
  expect(redacting.admit(redacted, 'a value')).toBe(redacted)
}

describe('a planted secret is found, refused without a trace of it, and cut out whole', () => {
  it.each(SHAPED.map((kind, at) => ({ kind, title: `${at} ${kind.rule}` })))(
    'by its shape: $title',
    ({ kind }) => {
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        for (const planted of plantShaped(kind, seed)) expectCaught(planted, kind)
      }
    },
  )

  it.each(NAMED.map((kind) => ({ kind, title: kind.rule })))('by its name: $title', ({ kind }) => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      for (const planted of plantNamed(kind, seed)) expectCaught(planted, kind)
    }
  })

  it('in free text, where the rest of the message stays', () => {
    for (const kind of SHAPED) {
      const secret = kind.draw(new Random(5))
      const redacted = refusing.redactText(`before (${secret}) after`)
      expect(redacted).toMatch(/^before \(.*\[redacted:[a-z_]+\].*\) after$/s)
      expect(holds(redacted, secret)).toBe(false)
    }
  })
})

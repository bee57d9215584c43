import { inspect } from 'node:util'
import type { JsonValue } from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import type { Kind, NAMED } from '../test/planted/kinds.ts'
import { SHAPED } from '../test/planted/kinds.ts'
import { ANYWHERE, IN_A_WORD, UNDER_NAME } from '../test/planted/places.ts'
import { Random } from '../test/planted/random.ts'
import { SecretGuard } from './secret-guard.ts'

interface Planted {
  readonly kind: Kind
  readonly secret: string
  readonly value: JsonValue
}

function plantShaped(kind: Kind, seed: number): Planted[] {
  const random = new Random(seed)
  return ANYWHERE.map((place) => {
    const secret = kind.draw(random)
    return { kind, secret, value: place(secret, random) }
  })
}

function plantNamed(kind: (typeof NAMED)[number], seed: number): Planted[] {
  const random = new Random(seed)
  const places =
    kind.rule === 'authorization' || kind.rule === 'cookie'
      ? UNDER_NAME
      : [...UNDER_NAME, ...IN_A_WORD]
  return places.map((place) => {
    const secret = kind.draw(random)
    return { kind, secret, value: place(random.pick(kind.names), secret, random) }
  })
}

import crypto from 'node:crypto'
import type { Scope } from '../scope.ts'
import type { StandInNoise } from '../stand-ins.ts'
import type { Patch } from './patch.ts'
import { watchedFunction } from './patch.ts'

type Answer = (noise: StandInNoise, args: readonly unknown[]) => unknown

export function randomPatches(): readonly Patch[] {
  const web: object = Object.getPrototypeOf(globalThis.crypto)
  return [
    random(Math, 'random', 'Math.random', (noise) => unitInterval(noise)),
    random(web, 'randomUUID', 'crypto.randomUUID', uuid),
    random(web, 'getRandomValues', 'crypto.getRandomValues', fill),
    random(crypto, 'randomUUID', 'crypto.randomUUID', uuid),
    random(crypto, 'getRandomValues', 'crypto.getRandomValues', fill),
    random(crypto, 'randomFillSync', 'crypto.randomFillSync', fill),
    random(crypto, 'randomFill', 'crypto.randomFill', later(fill)),
    random(crypto, 'randomBytes', 'crypto.randomBytes', later(bytes)),
    random(crypto, 'randomInt', 'crypto.randomInt', later(integer)),
  ]
}

function random(target: object, name: string, what: string, answer: Answer): Patch {
  return watchedFunction(target, name, {
    kind: 'random',
    what,
    standIn: (scope: Scope, args) => {
      const { noise } = scope.standIns ?? {}
      return noise && (() => answer(noise, args))
    },
  })
}

/** Functions that hand their answer to a callback, where they are given one. */
function later(answer: Answer): Answer {
  return (noise, args) => {
    const callback = args.at(-1)
    if (typeof callback !== 'function') return answer(noise, args)
    const value = answer(noise, args.slice(0, -1))
    process.nextTick(() => callback(null, value))
    return
  }
}

/** 53 random bits as a double. */
function unitInterval(noise: StandInNoise): number {
  return Number(Buffer.from(noise.bytes(8)).readBigUInt64BE() >> 11n) / 2 ** 53
}

/** RFC 9562, section 5.4. */
function uuid(noise: StandInNoise): string {
  const raw = noise.bytes(16)
  raw[6] = ((raw[6] ?? 0) & 0x0f) | 0x40
  raw[8] = ((raw[8] ?? 0) & 0x3f) | 0x80
  const hex = Buffer.from(raw).toString('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function bytes(noise: StandInNoise, [length]: readonly unknown[]): Buffer {
  return Buffer.from(noise.bytes(Number(length)))
}

function fill(noise: StandInNoise, [target, offset = 0, size]: readonly unknown[]): unknown {
  const all = ArrayBuffer.isView(target)
    ? new Uint8Array(target.buffer, target.byteOffset, target.byteLength)
    : new Uint8Array(target as ArrayBuffer) // what else these functions take
  const width = 'BYTES_PER_ELEMENT' in Object(target) ? Number(Object(target).BYTES_PER_ELEMENT) : 1
  const start = Number(offset) * width
  const part = all.subarray(start, size === undefined ? undefined : start + Number(size) * width)
  part.set(noise.bytes(part.length))
  return target
}

function integer(noise: StandInNoise, args: readonly unknown[]): number {
  const [low, high] = args.length > 1 ? args.map(Number) : [0, Number(args[0])]
  const [min = 0, max = 0] = [low, high]
  const range = max - min
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || range < 1 || range > 2 ** 48) {
    throw new RangeError('randomInt takes safe integers, the second greater than the first')
  }
  // The highest part of the range that is not whole would favour small numbers.
  const limit = 2 ** 48 - (2 ** 48 % range)
  for (;;) {
    const drawn = Buffer.from(noise.bytes(6)).readUIntBE(0, 6)
    if (drawn < limit) return min + (drawn % range)
  }
}

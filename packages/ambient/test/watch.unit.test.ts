import nodeCrypto from 'node:crypto'
import dgram from 'node:dgram'
import fs, { mkdtempSync, rmSync } from 'node:fs'
import fsPromises from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { StateId } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import { afterAll, describe, expect, it } from 'vitest'
import type { AmbientFinding } from '../src/index.ts'
import { AmbientWatch, allowAmbient, outsideState } from '../src/index.ts'

const ATTEMPT = { stateId: 'demo.main.ask' as StateId, attempt: 0 }
const HERE = /^packages\/ambient\/test\/watch\.unit\.test\.ts:\d+:\d+$/
const folder = mkdtempSync(join(tmpdir(), 'mfm-ambient-'))
const file = join(folder, 'file')
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs code as a state of a replay does, and gives what came of it. */
async function refused(code: () => unknown): Promise<unknown> {
  const watch = new AmbientWatch({ mode: 'refuse' })
  using _installed = watch.install()
  try {
    return await watch.run(ATTEMPT, async () => await code())
  } catch (error) {
    return error
  }
}

async function warned(
  code: () => unknown,
  options: Partial<ConstructorParameters<typeof AmbientWatch>[0]> = {},
): Promise<readonly AmbientFinding[]> {
  const findings: AmbientFinding[] = []
  const onFinding = (finding: AmbientFinding): number => findings.push(finding)
  const watch = new AmbientWatch({ mode: 'warn', onFinding, ...options })
  using _installed = watch.install()
  await watch.run(ATTEMPT, async () => await code())
  return findings
}

const CALLS: readonly (readonly [kind: string, what: string, call: () => unknown])[] = [
  ['fetch', 'fetch', () => fetch('http://127.0.0.1:9/')],
  ['net', 'net.connect', () => net.connect(9, '127.0.0.1')],
  ['net', 'dgram.send', () => dgram.createSocket('udp4').send('x', 9, '127.0.0.1')],
  ['fs', 'fs.writeFileSync', () => fs.writeFileSync(file, 'x')],
  ['fs', 'fs.writeFile', () => fsPromises.writeFile(file, 'x')],
  ['fs', 'fs.writeFile', () => new Promise((resolve) => fs.writeFile(file, 'x', resolve))],
  ['fs', 'fs.mkdir', () => fsPromises.mkdir(join(folder, 'sub'), { recursive: true })],
  ['fs', 'fs.rmSync', () => fs.rmSync(join(folder, 'none'), { force: true })],
  ['fs', 'fs.openSync', () => fs.closeSync(fs.openSync(file, 'a'))],
  ['fs', 'fs.open', async () => await (await fsPromises.open(file, 'w')).close()],
  [
    'fs',
    'fs.createWriteStream',
    () => new Promise<void>((resolve) => fs.createWriteStream(file).end(resolve)),
  ],
  ['time', 'Date.now', () => Date.now()],
  ['time', 'new Date()', () => new Date()],
  ['time', 'Date()', () => Date()],
  ['time', 'performance.now', () => performance.now()],
  ['time', 'process.hrtime', () => process.hrtime()],
  ['time', 'process.hrtime.bigint', () => process.hrtime.bigint()],
  ['random', 'Math.random', () => Math.random()],
  ['random', 'crypto.randomUUID', () => crypto.randomUUID()],
  ['random', 'crypto.getRandomValues', () => crypto.getRandomValues(new Uint8Array(4))],
  ['random', 'crypto.randomUUID', () => nodeCrypto.randomUUID()],
  ['random', 'crypto.randomBytes', () => nodeCrypto.randomBytes(4)],
  ['random', 'crypto.randomInt', () => nodeCrypto.randomInt(4)],
  ['random', 'crypto.randomFillSync', () => nodeCrypto.randomFillSync(new Uint8Array(4))],
  ['timers', 'setTimeout', () => clearTimeout(setTimeout(() => undefined, 1))],
  ['timers', 'setInterval', () => clearInterval(setInterval(() => undefined, 1))],
  ['timers', 'setTimeout of node:timers/promises', () => delay(1)],
  ['env', 'process.env.HOME', () => process.env['HOME']],
  ['env', 'process.env.HOME', () => 'HOME' in process.env],
  ['env', 'process.env', () => Object.keys(process.env)],
]

describe('what a state takes past its provider', () => {
  it.each(CALLS)('%s: a replay refuses %s, with its place', async (kind, what, call) => {
    const error = await refused(call)
    if (!hasCode(error, 'ambient_io')) throw new Error('it was not refused', { cause: error })
    expect(error.details).toMatchObject({
      ...ATTEMPT,
      kind,
      what,
      via: null,
      location: expect.stringMatching(HERE),
    })
    expect(error.help).toContain(`'${kind}'`)
  })

  // The network goes on in the background; how that fails says nothing here.
  it.each(CALLS.filter(([kind]) => kind !== 'net' && kind !== 'fetch'))(
    '%s: a live run goes on after %s, and is told once',
    async (kind, what, call) => {
      const findings = await warned(async () => {
        for (let time = 0; time < 3; time += 1) await call()
      })
      expect(findings).toMatchObject([{ kind, what }])
    },
  )

  it('says nothing of what takes no outside input in', async () => {
    const quiet = await refused(async () => {
      new Date(0)
      Date.UTC(2020)
      Math.max(1, 2)
      fs.readFileSync(import.meta.filename)
      await fsPromises.readFile(import.meta.filename)
      await new Promise((resolve) => setImmediate(resolve))
      queueMicrotask(() => undefined)
      nodeCrypto.createHash('sha256').update('x').digest()
      return 'nothing'
    })
    expect(quiet).toBe('nothing')
  })

  it('is found in everything that the state begins, also after awaits and in callbacks', async () => {
    const findings = await warned(async () => {
      await Promise.resolve().then(() => Date.now())
      await new Promise<void>((resolve) => setImmediate(() => resolve(void Math.random())))
      await Promise.all([1].map(async () => await crypto.randomUUID()))
    })
    expect(findings.map(({ what }) => what)).toEqual([
      'Date.now',
      'Math.random',
      'crypto.randomUUID',
    ])
  })

  it('is not what others do on its behalf', async () => {
    const findings = await warned(async () => {
      await outsideState(async () => {
        Date.now()
        await Promise.resolve()
        Math.random()
        await new Promise((resolve) => setTimeout(resolve, 1))
        return process.env['HOME']
      })
      // The state itself again.
      Math.random()
    })
    expect(findings.map(({ what }) => what)).toEqual(['Math.random'])
  })

  it('is not what goes on when the state has ended', async () => {
    const later = Promise.withResolvers<void>()
    const found: unknown[] = []
    const watch = new AmbientWatch({ mode: 'refuse', onFinding: (finding) => found.push(finding) })
    using _installed = watch.install()
    const left = await watch.run(ATTEMPT, () => [later.promise.then(() => Date.now())])
    later.resolve()
    expect(await Promise.all(left)).toEqual([expect.any(Number)])
    expect(found).toEqual([])
  })

  it('may be allowed by kind, for a run and for a part of the code', async () => {
    const code = (): void => {
      Date.now()
      allowAmbient(['random'], () => Math.random())
      Math.random()
    }
    const findings = await warned(code, { allow: ['time'] })
    expect(findings.map(({ what }) => what)).toEqual(['Math.random'])
  })
})

describe('what packages do', () => {
  const inPackage = (source: string): (() => unknown) => {
    // Compiled under the path of a package, as if it had been installed.
    const place = '//# sourceURL=file:///app/node_modules/.pnpm/pino@9/node_modules/pino/log.js'
    return new Function(`return () => (${source})\n${place}`)() as () => unknown
  }

  it('is told with the code of the author that led there', async () => {
    const now = inPackage('Date.now()')
    const [finding] = await warned(() => now())
    expect(finding).toMatchObject({
      what: 'Date.now',
      location: expect.stringMatching(HERE),
      via: { package: 'pino', location: expect.stringContaining('/pino/log.js:') },
    })
    expect(await warned(() => now(), { allow: ['time:pino'] })).toEqual([])
    expect(await warned(() => now(), { allow: ['time:winston'] })).toHaveLength(1)
  })

  it('is let be where it is their housekeeping', async () => {
    const calls = ['process.env.DEBUG', 'clearTimeout(setTimeout(() => {}, 1))'].map(inPackage)
    expect(await warned(() => calls.map((call) => call()))).toEqual([])
    const random = inPackage('Math.random()')
    expect(await refused(random)).toSatisfy((error) => hasCode(error, 'ambient_io'))
  })
})

describe('the platform', () => {
  const members = (): unknown[] => [
    fetch,
    Date,
    Date.now,
    Date.prototype.constructor,
    Math.random,
    setTimeout,
    clearTimeout,
    delay,
    process.env,
    process.hrtime,
    performance.now,
    crypto.randomUUID,
    nodeCrypto.randomUUID,
    fs.writeFile,
    fsPromises.writeFile,
    net.Socket.prototype.connect,
    AbortSignal.timeout,
  ]

  it('is put back when the last watch is gone, and not before', () => {
    const before = members()
    const [one, other] = [new AmbientWatch({ mode: 'warn' }), new AmbientWatch({ mode: 'warn' })]
    const first = one.install()
    const during = members()
    const second = other.install()
    expect(members()).toEqual(during)
    first[Symbol.dispose]()
    first[Symbol.dispose]()
    expect(members().every((member, index) => member === during[index])).toBe(true)
    expect(during.some((member, index) => member === before[index])).toBe(false)
    second[Symbol.dispose]()
    expect(members().every((member, index) => member === before[index])).toBe(true)
  })

  it('is left to whoever has put something there since', () => {
    const original = Math.random
    const installed = new AmbientWatch({ mode: 'warn' }).install()
    const other = (): number => 0.5
    Math.random = other
    installed[Symbol.dispose]()
    const found = Math.random
    Math.random = original
    expect(found).toBe(other)
  })

  it('is the same for programs while it is watched', async () => {
    using _installed = new AmbientWatch({ mode: 'refuse' }).install()
    expect(new Date()).toBeInstanceOf(Date)
    expect(new Date().constructor).toBe(Date)
    expect(new (class Day extends Date {})(0).getTime()).toBe(0)
    expect(Date.name).toBe('Date')
    expect(setTimeout.name).toBe('setTimeout')
    expect(await delay(1, 'value')).toBe('value')
    process.env['MFM_TRIAL'] = String(1)
    expect(process.env['MFM_TRIAL']).toBe('1')
    delete process.env['MFM_TRIAL']
    expect(process.env['MFM_TRIAL']).toBeUndefined()
  })
})

it('tells two runs of one process apart', async () => {
  const gate = Promise.withResolvers<void>()
  const strict = warned(async () => {
    await gate.promise
    Date.now()
    await Promise.resolve()
    Date.now()
  })
  const other = warned(async () => {
    Math.random()
    gate.resolve()
    await strict
    Math.random()
  })
  Date.now() // of nobody
  expect((await strict).map(({ what }) => what)).toEqual(['Date.now', 'Date.now'])
  expect((await other).map(({ what }) => what)).toEqual(['Math.random', 'Math.random'])
})

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { FixtureProject } from './fixture-project.ts'
import { ShopServer } from './shop-server.ts'

// Each step is a vitest of its own.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let shop: ShopServer
let project: FixtureProject

beforeEach(async () => {
  shop = await ShopServer.start()
  project = await FixtureProject.create()
})
afterEach(async () => {
  await shop[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
})

describe('recording', () => {
  it('is asked for, gives the same bytes twice, and then needs no network', async () => {
    const missing = await project.vitest('shop.spec.ts', shop.env)
    expect(missing.code).toBe(1)
    expect(missing.output).toContain('golden_missing')
    expect(shop.requests).toEqual([])

    const first = await project.vitest('shop.spec.ts', shop.env, '-u')
    expect(first.code, first.output).toBe(0)
    const recorded = await project.golden()
    expect(Object.keys(recorded)).toHaveLength(3)
    const again = await project.vitest('shop.spec.ts', shop.env, '-u')
    expect(again.code, again.output).toBe(0)
    expect(await project.golden()).toEqual(recorded)

    const before = shop.requests.length
    const verified = await project.vitest('shop.spec.ts', { CI: '1', ...shop.env })
    expect(verified.code, verified.output).toBe(0)
    expect(shop.requests).toHaveLength(before)
    expect(await project.golden()).toEqual(recorded)
  })

  it('is refused in CI, and writes nothing', async () => {
    for (const [env, args] of [
      [{ CI: 'true' }, ['-u']],
      [{ CI: '1', MFM_GOLDEN: 'record' }, []],
    ] as const) {
      const result = await project.vitest('shop.spec.ts', { ...env, ...shop.env }, ...args)
      expect(result.code).toBe(1)
      expect(result.output).toContain('golden_refused')
    }
    expect(shop.requests).toEqual([])
    expect(await project.golden()).toEqual({})
  })

  it('writes nothing of a test that failed', async () => {
    await project.edit('io.spec.ts', 'price: 5', 'price: 6')
    const result = await project.vitest('io.spec.ts', shop.env, '-u')
    expect(result.code).toBe(1)
    expect(shop.requests).toHaveLength(1)
    expect(await project.golden()).toEqual({})
  })
})

describe('a recorded project', () => {
  let recorded: FixtureProject

  beforeAll(async () => {
    await using server = await ShopServer.start()
    recorded = await FixtureProject.create()
    const { code, output } = await recorded.vitest('spec.ts', server.env, '-u')
    expect(code, output).toBe(0)
  })
  afterAll(async () => await recorded[Symbol.asyncDispose]())

  /** What the author sees after an edit; nothing is asked of the network. */
  const edited = async (path: string, before: string, after: string): Promise<string> => {
    await using copy = await FixtureProject.create(recorded.root)
    await copy.edit(path, before, after)
    const test = path === 'shop.workflow.ts' ? 'shop.spec.ts' : path
    const { code, output } = await copy.vitest(test, shop.env)
    expect(code, output).toBe(1)
    expect(shop.requests).toEqual([])
    return output
  }

  it('has files that can be read: no digests of the run, texts in lines, bytes beside', async () => {
    const text = await recorded.read('__golden__/shop.json')
    expect(text).toContain('"two lines",\n')
    expect(text.match(/[0-9a-f]{64}/g)).toHaveLength(2) // the image: in its answer, and the name of its file
    expect(text).not.toMatch(/"(?:tsMillis|prev|seq|runId)"/)
    expect(text).not.toContain('127.0.0.1')
  })

  it('fails for a changed request, with the pointer and both values', async () => {
    const output = await edited('shop.workflow.ts', "'basic'", "'gold'")
    expect(output).toMatch(/missing .*shop\.main\.ask/)
    expect(output).toMatch(/at \S*\/headers\/x-plan\s+recorded +"basic"\s+requested +"gold"/)
  })

  it('fails for another value in the context', async () => {
    const output = await edited('shop.workflow.ts', 'cents.price)', 'cents.price + 1)')
    expect(output).toMatch(/shop\.main\.ask.*\s+at \S*price\s+recorded +5\s+produced +6/)
  })

  it('fails for a call that was taken out', async () => {
    const output = await edited('shop.workflow.ts', ', io.uuid()', '')
    expect(output).toMatch(/unused .*random_bytes/)
  })

  it('fails for another input', async () => {
    const output = await edited('shop.spec.ts', "'tea'", "'soup'")
    expect(output).toMatch(/input_changed[\s\S]*recorded +"tea"\s+produced +"soup"/)
  })

  it('fails for another result of plain code', async () => {
    const output = await edited('shop.spec.ts', 'return body.price', 'return body.currency')
    expect(output).toMatch(/result_changed[\s\S]*recorded +5\s+produced +"EUR"/)
  })

  it('fails for a changed request through a provider', async () => {
    const output = await edited('io.spec.ts', 'item=cup', 'item=mug')
    expect(output).toMatch(
      /at \S*\/path\s+recorded +"\/price\?item=cup"\s+requested +"\/price\?item=mug"/,
    )
  })

  it('fails for a fact that nothing asks for through a provider', async () => {
    const output = await edited(
      'io.spec.ts',
      'await fetchThrough(',
      'new Response(\'{"price":5}\') || (',
    )
    expect(output).toMatch(/unused /)
  })
})

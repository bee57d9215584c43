import assert from 'node:assert/strict'
import type { ConformanceCase } from '../../case.ts'
import { rejection } from '../support/expecting.ts'
import { idOf } from '../support/samples.ts'
import { assertStored, independentId, patterned } from './sample-bytes.ts'

const MIB = 2 ** 20
const SIZES = [1, 511, 512, 513, 4095, 4096, 4097, 65_535, 65_536, 65_537]
const LARGE_SIZES = [5 * MIB - 1, 5 * MIB, 5 * MIB + 1, 8 * MIB + 1]

/** Copies of an artifact that a put may hold at once: one of its own, one on the wire, one that is garbage. */
const COPIES = 6

export const SIZED: readonly ConformanceCase<'artifacts'>[] = [
  {
    id: 'AS-03',
    subject: 'artifacts',
    level: 0,
    title: 'artifacts of all sizes and all byte values come back',
    why: 'Sizes at the edges of pages, parts and packets are where bytes go missing.',
    run: async ({ open, harness, signal }) => {
      const { artifacts } = await open()
      const longest = harness.limits?.artifactBytes ?? 8 * MIB + 1
      for (const size of [...SIZES, ...LARGE_SIZES].filter((size) => size <= longest)) {
        signal.throwIfAborted()
        const bytes = patterned(size)
        const id = await artifacts.put('attachment', bytes)
        assert.equal(id, independentId(bytes))
        await assertStored(artifacts, id, bytes)
      }
    },
  },
  {
    id: 'AS-25',
    subject: 'artifacts',
    level: 0,
    title: 'an artifact at the limit passes, a longer one is refused and leaves nothing',
    why: 'A limit that is found out half way leaves half an artifact and no clear error.',
    run: async ({ open }) => {
      const { artifacts } = await open({ payloadBytes: 10_000 })
      const tooLong = patterned(10_001)
      const error = await rejection(artifacts.put('output', tooLong), 'payload_too_large')
      assert.deepEqual(error.details, { limit: 10_000, size: 10_001 })
      assert.equal(await artifacts.exists(independentId(tooLong)), false)
      const id = await artifacts.put('output', patterned(10_000))
      await assertStored(artifacts, id, patterned(10_000))
    },
  },
  {
    id: 'AS-25b',
    subject: 'artifacts',
    level: 1,
    title: 'a put at the limit takes a few copies of the artifact in memory and no more',
    why: 'An adapter that turns bytes into numbers or texts kills the process with an artifact that it accepts.',
    run: async ({ open, harness }) => {
      const size = Math.min(harness.limits?.artifactBytes ?? 16 * MIB, 16 * MIB)
      const { artifacts } = await open({ payloadBytes: size })
      await artifacts.put('output', patterned(1000))
      const bytes = patterned(size)
      const before = Math.max(process.memoryUsage.rss(), peakBytes())
      const id = await artifacts.put('output', bytes)
      const grown = peakBytes() - before
      assert.ok(grown < COPIES * size, `a put of ${size} bytes took ${grown}`)
      await assertStored(artifacts, id, bytes)
    },
  },
  {
    id: 'AS-16',
    subject: 'artifacts',
    level: 0,
    title: 'a buffer that changes during put never yields bytes that differ from their address',
    why: 'Callers reuse buffers; an address computed before the bytes are copied is a lie.',
    run: async ({ open }) => {
      const { artifacts } = await open()
      for (const size of [100, 100_000]) {
        const bytes = patterned(size)
        const putting = artifacts.put('output', bytes)
        bytes.fill(0)
        assert.equal(await putting, independentId(patterned(size)))
        await assertStored(artifacts, await putting, patterned(size))
      }
    },
  },
  {
    id: 'AS-17',
    subject: 'artifacts',
    level: 0,
    title: 'a view stores the view alone, and results share no memory',
    why: 'A result that aliases a pool changes under its reader, and shows it what is not its own.',
    run: async ({ open }) => {
      const { artifacts } = await open()
      for (const size of [50, 50_000]) {
        const view = patterned(size * 3).subarray(size, size * 2)
        const id = await artifacts.put('output', view)
        assert.notEqual(id, idOf(''))
        const [first, second] = [await artifacts.get(id), await artifacts.get(id)]
        assert.equal(Buffer.compare(first, view), 0)
        assert.equal(first.buffer.byteLength, size)
        first.fill(0)
        assert.equal(Buffer.compare(second, view), 0)
        await assertStored(artifacts, id, view)
      }
    },
  },
]

/** Most memory that this process has held at once. */
function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024
}

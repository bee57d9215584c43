import type { IoProvider } from '@mfm/core-types'
import { goldenText, verifyOp } from '@mfm/testing'
import { contextKey, defineOp, fail, state } from '@mfm/workflow'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { goldenMode } from '../src/golden-mode.ts'
import { recordOp, recordProgram } from '../src/record-golden.ts'

const gives = (response: number) => async () => ({ response })

describe('recording plain code', () => {
  it('gives the same file whichever of two concurrent calls is answered first', async () => {
    const text = async (first: number): Promise<string> => {
      const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      let asked = 0
      const program = async (io: IoProvider): Promise<unknown> => {
        const ask = async ({ promise }: (typeof gates)[number], request: number) => {
          const perform = async () => {
            asked += 1
            if (asked === gates.length) gates[first]?.resolve()
            await promise
            return { response: request }
          }
          const { response } = await io.call({ namespace: 'dice', request, perform })
          gates[1 - first]?.resolve()
          return response
        }
        return await Promise.all(gates.map(ask))
      }
      return goldenText((await recordProgram('two', program, {})).golden)
    }
    expect(await text(1)).toBe(await text(0))
  })

  it('has a steady clock, which sleeps move, and steady noise', async () => {
    const program = async (io: IoProvider): Promise<unknown> => {
      const before = await io.nowMillis()
      await io.sleepMs(5)
      return [before, await io.nowMillis(), [...(await io.randomBytes(4))]]
    }
    const one = await recordProgram('steady', program, {})
    const two = await recordProgram('steady', program, {})
    const other = await recordProgram('other', program, {})
    expect(one.value).toMatchObject([946_684_800_000, 946_684_800_005, {}])
    expect(goldenText(two.golden)).toBe(goldenText(one.golden))
    expect(goldenText(other.golden)).not.toBe(goldenText(one.golden))
  })

  it('is refused where the code does not replay, and where there is nothing to replay', async () => {
    let hidden = 0
    const unsteady = async (io: IoProvider): Promise<void> => {
      hidden += 1
      await io.call({ namespace: 'dice', request: hidden, perform: gives(1) })
    }
    await expect(recordProgram('unsteady', unsteady, {})).rejects.toMatchObject({
      code: 'golden_different',
    })
    await expect(recordProgram('idle', () => 1, {})).rejects.toMatchObject({
      code: 'golden_run_failed',
    })
  })
})

describe('recording a workflow', () => {
  const done = contextKey('done', z.number())
  const failing = defineOp({
    id: 'failing',
    version: 'v1',
    output: done,
    states: [
      state('only', {
        writes: [done],
        run: async ({ context, io }) => {
          context.write(done, await io.now())
          fail('no_stock', { message: 'nothing is left' })
        },
      }),
    ],
  })

  it('refuses a failed run, unless the failure is what is tested', async () => {
    await expect(recordOp('failing', failing, {})).rejects.toMatchObject({
      code: 'golden_run_failed',
    })
    const { golden, result } = await recordOp('failing', failing, { mayFail: true })
    expect(result.phase).toBe('failed')
    const { differences, report } = await verifyOp(golden, failing, {})
    expect(differences).toEqual([])
    expect(report.failure?.error.code).toBe('no_stock')
  })
})

describe('the mode', () => {
  const mode = (update: 'all' | 'new' | 'none', exists: boolean, env = {}): string => {
    try {
      return goldenMode({ update, env, name: 'x', exists })
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    }
  }

  it('verifies, unless recording is asked for', () => {
    expect(mode('new', true)).toBe('verify')
    expect(mode('new', false)).toBe('golden_missing')
    expect(mode('all', true)).toBe('record')
    expect(mode('all', true, { MFM_GOLDEN: 'verify' })).toBe('verify')
    expect(mode('new', true, { MFM_GOLDEN: 'record' })).toBe('verify')
    expect(mode('new', false, { MFM_GOLDEN: 'record' })).toBe('record')
    expect(mode('new', true, { MFM_GOLDEN: 'update' })).toBe('record')
    expect(mode('new', true, { MFM_GOLDEN: 'yes' })).toBe('invalid_option')
  })

  it('never records in CI', () => {
    expect(mode('all', false, { CI: 'true' })).toBe('golden_refused')
    expect(mode('none', false, { MFM_GOLDEN: 'record' })).toBe('golden_refused')
    expect(mode('all', true, { CI: '0' })).toBe('record')
    expect(mode('none', true, { CI: '1' })).toBe('verify')
  })
})

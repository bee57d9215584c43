import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { callSite, siteOf } from './source-location.ts'

const OURS = fileURLToPath(new URL('../../io-live/', import.meta.url))

const site = (...frames: readonly string[]): string | undefined =>
  siteOf(
    { stack: ['Error: it failed', ...frames.map((frame) => `    at ${frame}`)].join('\n') },
    '/work/shop',
  )

describe('the place in the code that a stack tells', () => {
  it.each([
    ['a named function', 'run (file:///work/shop/src/quote.ts:12:34)', 'src/quote.ts:12:34'],
    ['a path', 'run (/work/shop/quote.ts:1:2)', 'quote.ts:1:2'],
    ['no function', 'file:///work/shop/quote.ts:1:2', 'quote.ts:1:2'],
    ['one that waits', 'async run (file:///work/shop/quote.ts:1:2)', 'quote.ts:1:2'],
    ['one that waits and has no name', 'async file:///work/shop/quote.ts:1:2', 'quote.ts:1:2'],
    ['a method', 'Object.run [as handler] (/work/shop/quote.ts:1:2)', 'quote.ts:1:2'],
    ['a module that was loaded anew', 'run (file:///work/shop/quote.ts?t=5:1:2)', 'quote.ts:1:2'],
    ['a name with a space', 'run (file:///work/shop/my%20quote.ts:1:2)', 'my quote.ts:1:2'],
    ['a file elsewhere', 'run (/work/tools/quote.ts:1:2)', '../tools/quote.ts:1:2'],
  ])('is that of %s', (_what, frame, place) => {
    expect(site(frame)).toBe(place)
  })

  it('is the first that is no part of these packages, of node or of a dependency', () => {
    const inner = [
      `LiveIo.call (${OURS}src/live-io.ts:1:2)`,
      `LiveIo.call (${OURS}dist/live-io.js:1:2)`,
      'Engine.run (/work/shop/node_modules/@mfm/engine/dist/engine.js:1:2)',
      'process.processTicksAndRejections (node:internal/process/task_queues:104:5)',
      'async Promise.all (index 0)',
      'new Promise (<anonymous>)',
    ]
    const client = 'Client.get (/work/shop/node_modules/client/index.js:3:4)'
    expect(site(...inner, client, 'run (/work/shop/quote.ts:5:6)')).toBe('quote.ts:5:6')
    expect(site(...inner, client)).toBe('node_modules/client/index.js:3:4')
    expect(site(...inner)).toBeUndefined()
    expect(site(`test (${OURS}test/live.ts:7:8)`)).toMatch(/io-live\/test\/live\.ts:7:8$/)
  })

  it('is none of an error without a stack', () => {
    expect(siteOf({}, '/work')).toBeUndefined()
  })

  it('leaves the limit of stacks as it was', () => {
    const { stackTraceLimit } = Error
    callSite('/work')
    expect(Error.stackTraceLimit).toBe(stackTraceLimit)
  })
})

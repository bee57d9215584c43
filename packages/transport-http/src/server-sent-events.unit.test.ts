import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ServerSentEvent } from './server-sent-events.ts'
import { serverSentEvents } from './server-sent-events.ts'

async function* cut(text: string, length: number): AsyncGenerator<Uint8Array, undefined> {
  const bytes = new TextEncoder().encode(text)
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
}

const eventsOf = async (text: string, length = text.length): Promise<ServerSentEvent[]> => {
  const events: ServerSentEvent[] = []
  for await (const event of serverSentEvents({ body: cut(text, Math.max(length, 1)) }))
    events.push(event)
  return events
}

const message = (data: string, id = '') => ({ event: 'message', data, id })

describe('serverSentEvents', () => {
  // The first four are the examples of the standard, section 9.2.6.
  it.each([
    ['data: YHOO\ndata: +2\ndata: 10\n\n', [message('YHOO\n+2\n10')]],
    [
      ': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n',
      [message('first event', '1'), message('second event')],
    ],
    ['data\n\ndata\ndata\n\ndata:', [message(''), message('\n')]],
    ['data:test\n\ndata: test\n\n', [message('test'), message('test')]],
    ['\ufeffevent: add\ndata: 73857293\n\n', [{ event: 'add', data: '73857293', id: '' }]],
    ['id: 7\n\ndata: a\n\n', [message('a', '7')]],
    ['id: 1\0\ndata: a\n\n', [message('a')]],
    ['event: lost\n\ndata: a\n\n', [message('a')]],
    ['retry: 10\nunknown: x\ndata: a:b: c\n\n', [message('a:b: c')]],
    ['data: ä\r\n\r\ndata: b\r\rdata: c\n\n', [message('ä'), message('b'), message('c')]],
    ['data: a\r\n\n\ndata: b\r\n\r\n', [message('a'), message('b')]],
  ])('reads %j', async (text, events) => {
    for (let length = 1; length <= text.length; length += 1) {
      expect(await eventsOf(text, length)).toEqual(events)
    }
  })

  it('reads the same however it is cut', async () => {
    const piece = fc.constantFrom(
      'data: x',
      'event: e',
      'id: 1',
      ':',
      '\r',
      '\n',
      '\r\n',
      '\n\n',
      'ä😀',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece), fc.integer({ min: 1, max: 5 }), async (pieces, length) => {
        const text = pieces.join('')
        expect(await eventsOf(text, length)).toEqual(await eventsOf(text))
      }),
    )
  })
})

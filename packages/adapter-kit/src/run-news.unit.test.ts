import { getEventListeners } from 'node:events'
import type { RunId } from '@mfm/core-types'
import { expect, it, vi } from 'vitest'
import { RunNews } from './run-news.ts'

const RUN = '11111111-2222-4333-8444-555555555555' as RunId
const OTHER = '21111111-2222-4333-8444-555555555555' as RunId

it('wakes everybody who waits for the run, and nobody else', async () => {
  const news = new RunNews()
  const woken: string[] = []
  const waits = [
    news.wait(RUN).then(() => woken.push('one')),
    news.wait(RUN).then(() => woken.push('two')),
    news.wait(OTHER).then(() => woken.push('other')),
  ]
  news.tell(RUN)
  await Promise.all(waits.slice(0, 2))
  expect(woken).toEqual(['one', 'two'])
  news.tellAll()
  await Promise.all(waits)
  expect(woken).toEqual(['one', 'two', 'other'])
})

it('ends a wait after its time, or with the reason of its signal', async () => {
  vi.useFakeTimers()
  const news = new RunNews()
  const timed = news.wait(RUN, { millis: 50 })
  vi.advanceTimersByTime(50)
  await timed
  vi.useRealTimers()
  const controller = new AbortController()
  const aborted = news.wait(RUN, { signal: controller.signal })
  controller.abort('enough')
  await expect(aborted).rejects.toBe('enough')
  await expect(news.wait(RUN, { signal: controller.signal })).rejects.toBe('enough')
})

it('leaves no listener and no timer', async () => {
  vi.useFakeTimers()
  const news = new RunNews()
  const { signal } = new AbortController()
  const waits = [news.wait(RUN, { signal, millis: 1000 }), news.wait(RUN, { signal })]
  expect(getEventListeners(signal, 'abort')).toHaveLength(2)
  news.tell(RUN)
  await Promise.all(waits)
  expect(getEventListeners(signal, 'abort')).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

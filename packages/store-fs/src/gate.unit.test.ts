import { getEventListeners } from 'node:events'
import { expect, it } from 'vitest'
import { Gate } from './gate.ts'

it('lets no more through at once than it is wide, in the order in which they came', async () => {
  const gate = new Gate(2)
  const order: number[] = []
  let inside = 0
  const pass = (index: number): Promise<void> =>
    gate.pass(undefined, async () => {
      inside++
      expect(inside).toBeLessThanOrEqual(2)
      order.push(index)
      await Promise.resolve()
      inside--
    })
  await Promise.all([0, 1, 2, 3, 4, 5].map(pass))
  expect(order).toEqual([0, 1, 2, 3, 4, 5])
})

it('an abort ends the wait, and leaves no listener and no place taken', async () => {
  const gate = new Gate(1)
  const { promise: held, resolve: letGo } = Promise.withResolvers<string>()
  const first = gate.pass(undefined, () => held)
  const controller = new AbortController()
  const { signal } = controller
  const waiting = gate.pass(signal, async () => 'ran')
  const patient = gate.pass(signal, async () => 'ran')
  expect(getEventListeners(signal, 'abort')).toHaveLength(2)
  controller.abort('enough')
  await expect(waiting).rejects.toBe('enough')
  await expect(patient).rejects.toBe('enough')
  letGo('done')
  expect(await first).toBe('done')
  expect(await gate.pass(undefined, async () => 'room')).toBe('room')
})

it('a wait that ended leaves no listener', async () => {
  const gate = new Gate(1)
  const { signal } = new AbortController()
  await Promise.all([1, 2, 3].map(() => gate.pass(signal, async () => undefined)))
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

it('a failure gives the place free', async () => {
  const gate = new Gate(1)
  const failing = gate.pass(undefined, () => Promise.reject(new Error('no')))
  await expect(failing).rejects.toThrow('no')
  expect(await gate.pass(undefined, async () => 1)).toBe(1)
})

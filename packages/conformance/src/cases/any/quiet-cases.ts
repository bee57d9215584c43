import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { inspect } from 'node:util'
import { hasCode } from '@mfm/errors'
import type { ConformanceCase } from '../../case.ts'
import { newRun, upTo } from '../support/samples.ts'
import { callsOf, EXPECTED_REFUSALS, wrongCallsOf } from './calls.ts'

/** Every spelling in which a password gets into a text. */
function spellingsOf(user: string, password: string): readonly string[] {
  const encoded = (text: string): string => Buffer.from(text).toString('base64')
  return [
    password,
    encodeURIComponent(password),
    encoded(password),
    encoded(`${user}:${password}`),
    Buffer.from(password).toString('hex'),
  ]
}

/** An error as people and logs see it: its texts, its details, its stack, its fields, and those of its causes. */
function everythingOf(error: unknown): string {
  const shown = inspect(error, {
    depth: 20,
    showHidden: true,
    maxStringLength: null,
    maxArrayLength: null,
  })
  return `${shown}\n${JSON.stringify(error)}\n${String(Object(error).stack)}`
}

/** Runs a function while the console throws whatever it is asked to print. */
async function withHostileConsole(work: () => Promise<void>): Promise<void> {
  const names = ['log', 'info', 'debug', 'warn', 'error', 'trace'] as const
  const originals = names.map((name) => Reflect.get(console, name))
  for (const name of names) {
    Reflect.set(console, name, () => {
      throw new Error(`console.${name} is broken`)
    })
  }
  try {
    await work()
  } finally {
    for (const [index, name] of names.entries()) Reflect.set(console, name, originals[index])
  }
}

export const QUIET_CASES: readonly ConformanceCase<'any'>[] = [
  {
    id: 'XX-03',
    subject: 'any',
    level: 0,
    needs: ['credentials'],
    title: 'no error tells a password that was in the options',
    why: 'Errors go into logs, events and support tickets.',
    run: async ({ harness }) => {
      const [user, password] = ['planted-user', 'planted p@ss/w:rd+7%']
      const errors: unknown[] = []
      const opened = await harness.openWithCredentials?.(user, password).catch((error: unknown) => {
        errors.push(error)
      })
      if (opened !== undefined && opened !== null) {
        for (const call of callsOf(opened, newRun({ random: () => 0.3 })).values()) {
          await call().catch((error: unknown) => errors.push(error))
        }
        await opened.close().catch((error: unknown) => errors.push(error))
      }
      assert.notEqual(errors.length, 0, 'nothing failed, so nothing was shown')
      for (const error of errors) {
        const text = everythingOf(error)
        for (const spelling of spellingsOf(user, password)) {
          assert.ok(
            !text.includes(spelling),
            `an error shows the password: ${String(Object(error).code)}`,
          )
        }
      }
    },
  },
  {
    id: 'XX-14',
    subject: 'any',
    level: 0,
    title:
      'refusals, aborts, early ends and closes leave no rejection that nobody handles, and no listener warning',
    why: 'An unhandled rejection ends the process, long after the call that it belongs to.',
    // The run of a case is watched for both; what this one does is to give them every occasion.
    run: async (context) => {
      const stores = await context.open()
      const { signal } = new AbortController()
      for (const _ of upTo(context.rounds(5))) {
        await Promise.allSettled(
          Array.from(wrongCallsOf(stores, context).values(), (call) => call()),
        )
        const aborted = new AbortController()
        const calls = upTo(30).flatMap(() => [
          ...callsOf(stores, newRun(context), { signal }).values(),
          ...callsOf(stores, newRun(context), { signal: aborted.signal }).values(),
        ])
        const settled = Promise.allSettled(calls.map((call) => call()))
        queueMicrotask(() => aborted.abort())
        await settled
        for (const readings of [
          stores.events?.read(newRun(context)),
          stores.facts?.entries(newRun(context)),
        ]) {
          await readings?.[Symbol.asyncIterator]().return?.()
        }
      }
      const underWay = Array.from(callsOf(stores, newRun(context)).values(), (call) => call())
      await Promise.all([Promise.allSettled(underWay), stores.close()])
      await setTimeout(20)
    },
  },
  {
    id: 'XX-21',
    subject: 'any',
    level: 0,
    title: 'a console that throws fails no call',
    why: 'A store has no other logger than this one, and what only tells must never decide.',
    run: async (context) => {
      await withHostileConsole(async () => {
        const stores = await context.open()
        for (const [name, call] of callsOf(stores, newRun(context))) {
          const outcome = await call().catch((error: unknown) => error)
          const isExpected =
            !(outcome instanceof Error) || EXPECTED_REFUSALS.includes(Object(outcome).code)
          assert.ok(isExpected, `${name}: ${String(outcome)}`)
        }
        await stores.close()
        for (const call of callsOf(stores, newRun(context)).values()) {
          await assert.rejects(call(), (error) => hasCode(error, 'store_closed'))
        }
      })
    },
  },
]

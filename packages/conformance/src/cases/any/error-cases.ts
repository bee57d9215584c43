import assert from 'node:assert/strict'
import { ERROR_CATALOGUE, isErrorCode, MfmError } from '@mfm/errors'
import type { ConformanceCase } from '../../case.ts'
import type { OpenedStores } from '../../harness.ts'
import type { Chance } from '../support/samples.ts'
import {
  bytesOf,
  collect,
  counted,
  domainEvent,
  envelopes,
  idOf,
  newRun,
} from '../support/samples.ts'
import { callsOf, wrongCallsOf } from './calls.ts'

/** What any adapter can be made to answer without harm, by the code that is due. */
function refusalsOf(
  { events, artifacts, facts, atomic }: OpenedStores,
  chance: Chance,
): (readonly [string, () => Promise<unknown>])[] {
  const [run, other] = [newRun(chance), newRun(chance)]
  const large = 'x'.repeat(2000)
  const nan = { ...domainEvent(1), payload: [Number.NaN] } as never
  return [
    ...(events === undefined
      ? []
      : ([
          ['invalid_id', () => events.headSeq('run' as never)],
          ['invalid_option', () => events.listRuns({ limit: 0 })],
          ['invalid_option', () => collect(events.read(run, { from: -1 }))],
          ['cursor_invalid', () => events.listRuns({ cursor: 'forged' })],
          ['event_append_invalid', () => events.append(run, 0, counted({ run: other }, 1))],
          ['event_store_concurrency', () => events.append(run, 7, counted({ run, after: 7 }, 1))],
          ['json_not_representable', () => events.append(run, 0, envelopes({ run }, [nan]))],
          [
            'payload_too_large',
            () => events.append(run, 0, envelopes({ run }, [domainEvent(large)])),
          ],
        ] as const)),
    ...(artifacts === undefined
      ? []
      : ([
          ['invalid_id', () => artifacts.get('../x' as never)],
          ['invalid_id', () => artifacts.put('No Kind', bytesOf('x'))],
          ['invalid_input', () => artifacts.put('output', 'text' as never)],
          ['artifact_not_found', () => artifacts.get(idOf('absent'))],
          ['payload_too_large', () => artifacts.put('output', bytesOf(large))],
        ] as const)),
    ...(facts === undefined
      ? []
      : ([
          ['invalid_id', () => facts.get('run' as never, 'k')],
          ['invalid_id', () => facts.bindIfUnset(run, 'k', 'id' as never)],
          ['invalid_id', () => facts.get(run, '\ud800')],
        ] as const)),
    ...(facts === undefined || atomic === undefined
      ? []
      : ([
          [
            'fact_binding_conflict',
            async () => {
              await facts.bindIfUnset(run, 'bound', idOf('a'))
              const bindings = [{ key: 'bound', artifactId: idOf('b') }]
              return await atomic.recordAtomically(run, 0, { artifacts: [], bindings, events: [] })
            },
          ],
        ] as const)),
  ]
}

/** Fails where an error is not one that a caller can act on. */
export function requireNamed(error: unknown, what: string): asserts error is MfmError {
  assert.ok(
    error instanceof MfmError,
    `${what} let an error through that is not of the contract: ${String(error)}`,
  )
  const { code, retryable, category } = error
  assert.ok(isErrorCode(code), `${what}: ${code} is no code of the catalogue`)
  const { retryable: isRetryable, category: due } = ERROR_CATALOGUE[code]
  assert.deepEqual(
    { retryable, category },
    { retryable: isRetryable, category: due },
    `${what}: ${code}`,
  )
  // Other copies of the errors package recognise it by this, whatever their class is.
  assert.ok(Object.hasOwn(error, Symbol.for('mfm.error')), `${what}: the brand is missing`)
  const { code: written } = JSON.parse(JSON.stringify(error))
  assert.equal(written, code, `${what}: the code is lost when it is written as JSON`)
}

async function rejectionOf(call: () => unknown): Promise<unknown> {
  try {
    await call()
  } catch (error) {
    return error
  }
  return assert.fail('resolved, where a refusal was due')
}

export const ERROR_CASES: readonly ConformanceCase<'any'>[] = [
  {
    id: 'XX-02',
    subject: 'any',
    level: 0,
    title: 'every refusal is an error of the catalogue, that of a closed store included',
    why: 'Callers decide by the code. A raw error of a client library means something else in every version of it.',
    run: async (context) => {
      const stores = await context.open({ payloadBytes: 1000 })
      for (const [name, call] of wrongCallsOf(stores, context)) {
        const error = await rejectionOf(call)
        // What no type allows is a fault of the calling program, for which JavaScript has an error of its own.
        if (!(error instanceof TypeError)) requireNamed(error, name)
      }
      for (const [code, call] of refusalsOf(stores, context)) {
        requireNamed(await rejectionOf(call), code)
      }
      await stores.close()
      for (const [name, call] of callsOf(stores, newRun(context))) {
        requireNamed(await rejectionOf(call), `${name} after close`)
      }
    },
  },
  {
    id: 'XX-04',
    subject: 'any',
    level: 0,
    title: 'each refusal that any adapter can be made to give has its own code',
    why: 'A documented code that nothing produces is a branch in every caller that never runs.',
    run: async (context) => {
      const stores = await context.open({ payloadBytes: 1000 })
      for (const [code, call] of refusalsOf(stores, context)) {
        const error = await rejectionOf(call)
        assert.equal(Object(error).code, code, String(error))
      }
    },
  },
]

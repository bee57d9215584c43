import assert from 'node:assert/strict'
import type { ArtifactId, FactIndex } from '@mfm/core-types'
import { isMfmError } from '@mfm/errors'
import type { ConformanceCase } from '../../case.ts'
import type { ArmedFault } from '../../faults/fault.ts'
import type { FaultProxy } from '../../faults/fault-proxy.ts'
import { throughProxy } from '../../faults/through-proxy.ts'
import type { Binding, KeyedCall } from '../../histories/binding-experiment.ts'
import { bindingExperiment } from '../../histories/binding-experiment.ts'
import type { Experiment } from '../../histories/check-histories.ts'
import { checkHistories } from '../../histories/check-histories.ts'
import type { BindingAnswer, BindingCall } from '../../models/binding-model.ts'
import { bindingModel } from '../../models/binding-model.ts'
import type { Chance } from '../support/samples.ts'
import { newRun, someInteger, someOf, upTo } from '../support/samples.ts'

const HISTORIES = 25
const FAULTS_EACH = 4
/** Requests of one history, about. */
const REQUESTS = 120

/**
 * Who binds its own id over a bad line cannot know whether it was the first copy of its bind that won, so `inserted`
 * says nothing where the id is its own.
 */
function settled(call: BindingCall, answer: BindingAnswer): BindingAnswer {
  if (call.name !== 'bind' || !('artifactId' in answer)) return answer
  return { artifactId: answer.artifactId, inserted: answer.artifactId === call.id }
}

/**
 * Gets and binds, and no unbinds: a copy of a bind that arrives late changes nothing as long as nobody unbinds, and
 * the contract asks for no more.
 */
function overBadLine(
  handles: readonly FactIndex[],
  bindings: readonly Binding[],
): Experiment<ArtifactId | undefined, KeyedCall, BindingAnswer> {
  const { client, perform, ...others } = bindingExperiment(handles, bindings)
  return {
    ...others,
    model: {
      ...bindingModel,
      answer: (state, call) => {
        const next = bindingModel.answer(state, call)
        return { ...next, answer: settled(call, next.answer) }
      },
    },
    client: (index, chance) => {
      const { next, learn } = client(index, chance)
      return {
        next: () => {
          const call = next()
          return call.name === 'unbind' ? { ...call, name: 'bind' } : call
        },
        learn,
      }
    },
    perform: async (index, call) => settled(call, await perform(index, call)),
    isUnknown: (error) => isMfmError(error) && error.retryable,
  }
}

function armSome(proxy: FaultProxy, chance: Chance): readonly ArmedFault[] {
  return upTo(FAULTS_EACH).map(() => {
    const kind = someOf(chance, ['cut_after', 'cut_before', 'reset'] as const)
    return proxy.arm({ kind }, { after: someInteger(chance, 0, REQUESTS) })
  })
}

export const CUT_HISTORIES: readonly ConformanceCase<'facts'>[] = [
  {
    id: 'FI-08b',
    subject: 'facts',
    level: 3,
    needs: ['proxy'],
    title:
      'histories over a line that is cut again and again are linearizable, unknown outcomes included',
    why: 'A double win is likeliest where a client resends what it is not sure of.',
    run: (context) =>
      throughProxy(context, async ({ proxy, open }) => {
        const armed: ArmedFault[] = []
        const handles = [await context.open(), await open(), await open()].map(({ facts }) => facts)
        await checkHistories(context, HISTORIES, async (chance) => {
          const run = newRun(chance)
          armed.push(...armSome(proxy, chance))
          return overBadLine(
            handles,
            upTo(4).map((index) => ({ run, key: `key ${index}` })),
          )
        })
        const cuts = armed.reduce((sum, { fired }) => sum + fired, 0)
        assert.ok(cuts > 0, 'no connection was cut')
        context.note(`${cuts} requests were cut`)
      }),
  },
]

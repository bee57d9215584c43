import type { ArtifactId, FactIndex, FactKey, RunId } from '@mfm/core-types'
import { at } from '../cases/support/expecting.ts'
import type { Chance } from '../cases/support/samples.ts'
import { idOf, someInteger, someOf } from '../cases/support/samples.ts'
import { askBinding } from '../models/ask-binding.ts'
import type { BindingAnswer, BindingCall } from '../models/binding-model.ts'
import { bindingModel } from '../models/binding-model.ts'
import type { Experiment } from './check-histories.ts'

export interface Binding {
  readonly run: RunId
  readonly key: FactKey
}
export type KeyedCall = BindingCall & Binding

/** Few, so that clients meet: an unbind has a chance to match. */
const IDS: readonly ArtifactId[] = ['a', 'b', 'c'].map(idOf)

/** Clients that get, bind and unbind some keys, client n through handle n modulo them all. */
export function bindingExperiment(
  handles: readonly FactIndex[],
  bindings: readonly Binding[],
): Experiment<ArtifactId | undefined, KeyedCall, BindingAnswer> {
  return {
    model: bindingModel,
    objectOf: ({ run, key }) => `${run} ${key}`,
    client: (_index, chance) => ({
      next: () => ({ ...someOf(chance, bindings), ...someCall(chance) }),
      learn: () => undefined,
    }),
    perform: (client, call) => askBinding(at(handles, client % handles.length), call, call),
  }
}

function someCall(chance: Chance): BindingCall {
  const id = someOf(chance, IDS)
  switch (someInteger(chance, 0, 3)) {
    case 0:
      return { name: 'get' }
    case 1:
      return { name: 'unbind', id }
    default:
      return { name: 'bind', id }
  }
}

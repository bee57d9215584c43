import type { ArtifactId, FactBinding } from '@mfm/core-types'
import type { Model } from './model.ts'

/** Calls on one key of one run. */
export type BindingCall =
  | { readonly name: 'get' }
  | { readonly name: 'bind'; readonly id: ArtifactId }
  | { readonly name: 'unbind'; readonly id: ArtifactId }

export type BindingAnswer =
  | { readonly bound: ArtifactId | undefined }
  | FactBinding
  | { readonly removed: boolean }

/** One key: the first binding wins, and only the artifact that is bound can be unbound. */
export const bindingModel: Model<ArtifactId | undefined, BindingCall, BindingAnswer> = {
  initial: undefined,
  answer: (state, call) => {
    switch (call.name) {
      case 'get':
        return { state, answer: { bound: state } }
      case 'bind': {
        const artifactId = state ?? call.id
        return { state: artifactId, answer: { artifactId, inserted: state === undefined } }
      }
      case 'unbind': {
        const removed = state === call.id
        return { state: removed ? undefined : state, answer: { removed } }
      }
    }
  },
  keyOf: (state) => state ?? '',
}

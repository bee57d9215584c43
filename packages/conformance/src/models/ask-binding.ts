import type { FactIndex, FactKey, RunId } from '@mfm/core-types'
import type { BindingAnswer, BindingCall } from './binding-model.ts'

/** Makes a call of the binding model on an index. */
export async function askBinding(
  facts: FactIndex,
  { run, key }: { readonly run: RunId; readonly key: FactKey },
  call: BindingCall,
): Promise<BindingAnswer> {
  switch (call.name) {
    case 'get':
      return { bound: await facts.get(run, key) }
    case 'bind': {
      const { artifactId, inserted } = await facts.bindIfUnset(run, key, call.id)
      return { artifactId, inserted }
    }
    case 'unbind':
      return { removed: await facts.unbindIfMatches(run, key, call.id) }
  }
}

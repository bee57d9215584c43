import type { Stores } from '@mfm/core-types'
import { MemoryArtifactStore } from './memory-artifact-store.ts'
import { MemoryAtomicRecorder } from './memory-atomic-recorder.ts'
import { MemoryEventStore } from './memory-event-store.ts'
import { MemoryFactIndex } from './memory-fact-index.ts'
import { MemoryState } from './memory-state.ts'
import type { MemoryStoreOptions } from './options.ts'
import { checkOptions } from './options.ts'

/** The three ports on the memory of the process. */
export interface MemoryStores extends Stores, AsyncDisposable {
  readonly events: MemoryEventStore
  readonly artifacts: MemoryArtifactStore
  readonly facts: MemoryFactIndex
  readonly atomic: MemoryAtomicRecorder
}

/**
 * Opens empty stores that live as long as the process: for tests, and for runs that nobody looks at afterwards.
 *
 * @throws MfmError `invalid_option`
 *
 * @example
 * const stores = openMemoryStores()
 * const id = await stores.artifacts.put('output', new TextEncoder().encode('hello'))
 */
export function openMemoryStores(options: MemoryStoreOptions = {}): MemoryStores {
  const { payloadBytes } = checkOptions(options).limits
  const state = new MemoryState()
  const events = new MemoryEventStore(state, payloadBytes)
  const artifacts = new MemoryArtifactStore(state, payloadBytes)
  const facts = new MemoryFactIndex(state)
  const close = async (): Promise<void> => {
    await Promise.all([events.close(), artifacts.close(), facts.close()])
  }
  return {
    events,
    artifacts,
    facts,
    atomic: new MemoryAtomicRecorder(state, events, payloadBytes),
    close,
    [Symbol.asyncDispose]: close,
  }
}

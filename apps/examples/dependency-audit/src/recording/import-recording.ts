import type { RunId, Stores } from '@mfm/core-types'
import { ChainCheck } from '@mfm/engine'
import { fail } from '@mfm/workflow'
import { parseRecording } from './recording-file.ts'

/**
 * Puts a recorded run into stores. One that is there already stays as it is.
 *
 * @throws MfmError `recording_damaged`, `event_store_corruption` where the events are not linked
 */
export async function importRecording(stores: Stores, content: string): Promise<RunId> {
  const { artifacts, envelopes } = parseRecording(content)
  const [first] = envelopes
  if (first === undefined) return fail('recording_damaged', { message: 'there are no events' })
  const chain = new ChainCheck()
  for (const envelope of envelopes) chain.next(envelope)
  const { runId } = first
  if ((await stores.events.headSeq(runId)) > 0) return runId
  // Documents first: an event never points at what is not there.
  for (const { kind, bytes } of artifacts) await stores.artifacts.put(kind, bytes)
  await stores.events.append(runId, 0, envelopes)
  return runId
}

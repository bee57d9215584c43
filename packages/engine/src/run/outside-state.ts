import { outsideState } from '@mfm/ambient'
import type { ArtifactStore, IoProvider, IoResult, ManyReader, StreamedBody } from '@mfm/core-types'
import { canGetMany } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'

/** A provider that performs IO: what it does for a state is not the state's doing. */
export function ioOutsideState(io: IoProvider): IoProvider {
  return {
    call: (call, options) => {
      const answer = outsideState(() => io.call(call, options))
      return call.stream === true ? answer.then(withBodyOutsideState) : answer
    },
    getRecordedFact: (key) => outsideState(() => io.getRecordedFact(key)),
    recordValue: (key, value) => outsideState(() => io.recordValue(key, value)),
    nowMillis: () => outsideState(() => io.nowMillis()),
    randomBytes: (length) => outsideState(() => io.randomBytes(length)),
    sleepMs: (millis, options) => outsideState(() => io.sleepMs(millis, options)),
  }
}

function withBodyOutsideState(answer: IoResult): IoResult {
  const { body } = answer
  if (body === undefined) return answer
  const outside: StreamedBody = {
    next: () => outsideState(() => body.next()),
    return: () => outsideState(() => body.return()),
    [Symbol.asyncIterator]: () => outside,
  }
  return { ...answer, body: outside }
}

/**
 * Documents that a replay answers from, to be read only. A replay does nothing else that reaches out of the process, so
 * its provider stays in the state: leaving it costs more than a fact.
 */
export function documentsOutsideState(artifacts: ArtifactStore): ArtifactStore & ManyReader {
  return {
    description: artifacts.description,
    put: () => Promise.reject(new MfmError('internal_error')),
    get: (id, options) => outsideState(() => artifacts.get(id, options)),
    exists: (id, options) => outsideState(() => artifacts.exists(id, options)),
    // Asked for only where the description says that the store itself can.
    getMany: (ids, options) => {
      if (!canGetMany(artifacts)) return Promise.reject(new MfmError('internal_error'))
      return outsideState(() => artifacts.getMany(ids, options))
    },
    close: async () => undefined,
  }
}

import type { CatalogueEntry } from './entry.ts'
import { entry } from './entry.ts'

type Code =
  | 'context_value_invalid'
  | 'context_key_undeclared'
  | 'context_key_missing'
  | 'context_snapshot_invalid'
  | 'event_store_concurrency'
  | 'event_append_invalid'
  | 'event_store_corruption'
  | 'event_unknown'
  | 'artifact_not_found'
  | 'artifact_corruption'
  | 'artifact_decode_failed'
  | 'artifact_not_canonical'
  | 'artifact_float_not_allowed'
  | 'fact_binding_conflict'
  | 'store_closed'
  | 'store_unavailable'
  | 'store_busy'
  | 'store_timeout'
  | 'store_outcome_unknown'
  | 'store_unsuitable'
  | 'store_schema_unsupported'
  | 'store_corruption'
  | 'store_failed'
  | 'payload_too_large'
  | 'cursor_invalid'

export const STORAGE_CODES: Readonly<Record<Code, CatalogueEntry>> = {
  context_value_invalid: entry('context', 'invalid_input', 'context', {
    meaning:
      'A context value is not what may be stored: not canonical JSON, not what its key declares, or too large.',
    help: 'Details give the key and the pointer; mend the value in the state that writes it.',
  }),
  context_key_undeclared: entry('context', 'invalid_input', 'context', {
    meaning: 'A state touched a context key that it does not declare.',
    help: "Add the key to the state's reads or writes.",
  }),
  context_key_missing: entry('context', 'not_found', 'context', {
    meaning: 'A state read a context key that holds no value.',
    help: 'Write it in an earlier state, or read it as optional.',
  }),
  context_snapshot_invalid: entry('context', 'corruption', 'context', {
    meaning: 'A stored snapshot does not decode.',
    help: 'Restore the artifact that details name from a copy of the run.',
  }),

  event_store_concurrency: entry('storage', 'concurrency', 'storage', {
    meaning: 'Somebody else wrote to the run since it was read.',
    help: 'Nothing was changed. See whether another process runs it; else resume it again.',
  }),
  event_append_invalid: entry('storage', 'invalid_input', 'storage', {
    meaning: 'Events to append name another run or are not numbered from the expected head.',
    help: 'This is a fault of the caller; number the events from expectedSeq + 1.',
  }),
  event_store_corruption: entry('storage', 'corruption', 'storage', {
    meaning: 'A stored event is damaged, missing, or not linked to the one before.',
    help: 'Details name the run and the sequence number; restore the store from a copy.',
  }),
  event_unknown: entry('storage', 'unsupported', 'storage', {
    meaning: 'A stored event has a type or version that this release does not know.',
    help: 'Use the release that wrote the run, or a later one.',
  }),
  artifact_not_found: entry('storage', 'not_found', 'storage', {
    meaning: 'No artifact has this id.',
    help: 'Check the id; copy the artifact from the store that has it.',
  }),
  artifact_corruption: entry('storage', 'corruption', 'storage', {
    meaning: 'Stored bytes do not hash to their address.',
    help: 'Restore the artifact that details name from a copy; its address proves the right bytes.',
  }),
  artifact_decode_failed: entry('storage', 'corruption', 'storage', {
    meaning: 'A structured artifact is not canonical JSON of its schema.',
    help: 'It was written by something else; restore it from a copy of the run.',
  }),
  artifact_not_canonical: entry('storage', 'corruption', 'storage', {
    meaning: 'The bytes of a structured artifact differ from their canonical form.',
    help: 'It was written by something else; restore it from a copy of the run.',
  }),
  artifact_float_not_allowed: entry('storage', 'corruption', 'storage', {
    meaning: 'A structured artifact holds a number that the profile of its run refuses.',
    help: 'It was written by something else; restore it from a copy of the run.',
  }),
  fact_binding_conflict: entry('storage', 'conflict', 'storage', {
    meaning: 'A commit would bind a fact key that is bound to another artifact.',
    help: 'Somebody else recorded the fact first; resume the run to go on with theirs.',
  }),
  store_closed: entry('storage', 'closed', 'storage', {
    meaning: 'The store was closed.',
    help: 'Open it again; close it only when nothing uses it.',
  }),
  store_unavailable: entry('storage', 'unavailable', 'storage', {
    meaning: 'The store cannot be opened, read or written.',
    help: 'The cause says why: a missing folder, missing rights, a full disk, a server that is down.',
    retryable: true,
  }),
  store_busy: entry('storage', 'unavailable', 'storage', {
    meaning: 'Another process held the store for longer than the limit.',
    help: 'Try again, or find the process that holds it.',
    retryable: true,
  }),
  store_timeout: entry('storage', 'timeout', 'storage', {
    meaning: 'The store did not answer within the deadline of the call.',
    help: 'See whether its server is up and reachable; a write may have happened, and repeating it is safe.',
    retryable: true,
  }),
  store_outcome_unknown: entry('storage', 'unavailable', 'storage', {
    meaning: 'The reply to a commit was lost, and whether it happened could not be found out.',
    help: 'Read from the expected sequence on: events that equal yours by digest are yours; resume the run.',
    retryable: true,
  }),
  store_unsuitable: entry('storage', 'unsupported', 'storage', {
    meaning: 'The server does not give a guarantee that the store needs.',
    help: 'Details name what was found; change that setting of the server, or use another store.',
  }),
  store_schema_unsupported: entry('storage', 'unsupported', 'storage', {
    meaning: 'The store was written by a newer release, or is not a store of this kind.',
    help: 'Use a release that knows the schema version that details name, or another file.',
  }),
  store_corruption: entry('storage', 'corruption', 'storage', {
    meaning: 'A file of the store is not as it was written.',
    help: 'Details name the damaged part. Rebuild it where it is derived from the rest, or restore the store from a copy.',
  }),
  store_failed: entry('storage', 'other', 'storage', {
    meaning: 'The store failed in a way that has no name of its own.',
    help: 'The cause says why.',
  }),
  payload_too_large: entry('storage', 'too_large', 'storage', {
    meaning: 'A document is larger than the store takes.',
    help: 'Details give the limit and the size; split the document.',
  }),
  cursor_invalid: entry('storage', 'invalid_input', 'parsing_input', {
    meaning: 'A page cursor was not made by this store.',
    help: 'Begin again without a cursor.',
  }),
}

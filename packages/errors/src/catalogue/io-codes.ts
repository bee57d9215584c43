import type { CatalogueEntry } from './entry.ts'
import { entry } from './entry.ts'

type Code =
  | 'secrets_detected'
  | 'secret_unavailable'
  | 'missing_fact_key'
  | 'missing_fact'
  | 'fact_exhausted'
  | 'fact_diverged'
  | 'fact_payload_get_failed'
  | 'fact_payload_decode_failed'
  | 'fact_payload_invalid'
  | 'fact_payload_not_canonical'
  | 'fact_payload_put_failed'
  | 'fact_payload_conflict'
  | 'fact_binding_append_failed'
  | 'fact_recorded_malformed'
  | 'fact_recorded_conflict'
  | 'time_unavailable'
  | 'random_unavailable'
  | 'io_not_allowed'
  | 'io_closed'
  | 'io_nested'
  | 'ambient_io'
  | 'call_aborted'
  | 'stream_open'
  | 'stream_too_large'
  | 'stream_exhausted'

export const IO_CODES: Readonly<Record<Code, CatalogueEntry>> = {
  secrets_detected: entry('io', 'secret', 'unknown', {
    meaning: 'A value on its way into storage looks like a secret.',
    help: "Details name the path and the rule, never the value. Pass it as secret('name'), or add an audited exception.",
  }),
  secret_unavailable: entry('io', 'unavailable', 'parsing_input', {
    meaning: 'A secret handle has no value here.',
    help: 'Set the environment variable or give the value that details name.',
  }),

  missing_fact_key: entry('io', 'missing_fact_key', 'parsing_input', {
    meaning: 'A replay met a call that was made without being recorded.',
    help: 'Record the call: leave factKey out instead of setting it to null.',
  }),
  missing_fact: entry('io', 'missing_fact', 'rpc', {
    meaning: 'A replay asked for a fact that the run never recorded.',
    help: 'Details name the nearest recorded facts. Undo the change in the code, or make a new run.',
  }),
  fact_exhausted: entry('io', 'missing_fact', 'rpc', {
    meaning: 'A replay asked once more for a call than the run recorded it.',
    help: 'Details say how often it was recorded. Look for a loop or a retry that was added.',
  }),
  fact_diverged: entry('io', 'diverged', 'rpc', {
    meaning: 'A fact key was asked with another request than it was recorded with.',
    help: 'Details list each JSON pointer that differs. Undo the change, use another key, or accept the recorded answer with the divergence policy accept-recorded.',
  }),
  fact_payload_get_failed: entry('io', 'other', 'storage', {
    meaning: 'The payload of a bound fact cannot be read from the artifact store.',
    help: 'The cause says why; restore the artifact that details name.',
  }),
  fact_payload_decode_failed: entry('io', 'other', 'parsing_input', {
    meaning: 'The payload of a fact is not the JSON that it should be.',
    help: 'The stored artifact was not written as a fact payload; restore it from a copy of the run.',
  }),
  fact_payload_invalid: entry('io', 'other', 'parsing_input', {
    meaning:
      'A recorded time is not an unsigned integer, or recorded random bytes have another length than asked.',
    help: 'The code asks for something else than it recorded under this key; compare the call with the recording.',
  }),
  fact_payload_not_canonical: entry('io', 'other', 'parsing_input', {
    meaning: 'A value to record has no canonical form under the number profile of the run.',
    help: 'Details give the pointer; convert the value to plain JSON first.',
  }),
  fact_payload_put_failed: entry('io', 'other', 'storage', {
    meaning: 'The artifact store did not take a payload.',
    help: 'The cause says why; the run can be resumed when the store works again.',
  }),
  fact_payload_conflict: entry('io', 'conflict', 'storage', {
    meaning: 'A key is bound to another value.',
    help: 'Facts never change: record the new value under another key.',
  }),
  fact_binding_append_failed: entry('io', 'other', 'storage', {
    meaning: 'The event of a fact could not be appended; its binding was undone.',
    help: 'The cause says why; the run can be resumed when the store works again.',
  }),
  fact_recorded_malformed: entry('storage', 'corruption', 'storage', {
    meaning: 'A fact event in the stream cannot be decoded.',
    help: 'Details name the sequence number; restore the stream from a copy of the run.',
  }),
  fact_recorded_conflict: entry('storage', 'corruption', 'storage', {
    meaning: 'The stream binds one key to two payloads.',
    help: 'Details name the sequence number; restore the stream from a copy of the run.',
  }),
  time_unavailable: entry('io', 'other', 'unknown', {
    meaning: 'The system clock cannot be read or stands before 1970.',
    help: 'Set the clock of the machine.',
  }),
  random_unavailable: entry('io', 'other', 'unknown', {
    meaning: 'The operating system gave no randomness.',
    help: 'Try again; if it stays, the machine is broken.',
  }),
  io_not_allowed: entry('io', 'invalid_input', 'parsing_input', {
    meaning: "A state that is declared 'pure' asked for outside input.",
    help: "Declare the state with sideEffects 'read_only_io', or take the call out.",
  }),
  io_closed: entry('io', 'closed', 'unknown', {
    meaning: 'An IO provider was used after its attempt or recording had ended.',
    help: 'Await every call before the state or the program ends.',
  }),
  io_nested: entry('io', 'invalid_input', 'parsing_input', {
    meaning: 'An IO provider was asked by the function that performs one of its own calls.',
    help: 'Ask before that call and use the answer in it: a replay does not run the function.',
  }),
  ambient_io: entry('io', 'diverged', 'parsing_input', {
    meaning: 'A state took outside input past its io, so no fact holds it.',
    help: 'Details name the place. Take it from io, instrument the state, or allow what takes no part in the result.',
  }),
  call_aborted: entry('io', 'cancelled', 'unknown', {
    meaning: 'A call was given up: its own signal or that of its attempt was aborted.',
    help: 'The cause holds the reason of the signal; a replay gives the call up at the same place.',
  }),
  stream_open: entry('io', 'conflict', 'rpc', {
    meaning:
      'A key is asked for while the streamed answer that is to be bound to it is still open.',
    help: 'Read the body to its end or give it up first, or use another key.',
  }),
  stream_too_large: entry('io', 'too_large', 'rpc', {
    meaning: 'A streamed body is longer than may be recorded.',
    help: 'Raise maxStreamBytes, or read less of it.',
  }),
  stream_exhausted: entry('io', 'missing_fact', 'rpc', {
    meaning: 'A streamed body was read further than when it was recorded.',
    help: 'The recorded code gave the body up there. Undo the change in the code, or make a new run.',
  }),
}

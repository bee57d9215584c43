import type { CatalogueEntry } from './entry.ts'
import { entry } from './entry.ts'

type Code =
  | 'invalid_plan'
  | 'unsupported_execution_mode'
  | 'plan_op_mismatch'
  | 'plan_changed'
  | 'workflow_invalid'
  | 'workflow_not_found'
  | 'run_not_found'
  | 'run_ambiguous'
  | 'run_already_exists'
  | 'run_not_started'
  | 'run_not_finished'
  | 'run_value_not_found'
  | 'fork_state_unknown'
  | 'fork_fact_unknown'
  | 'fork_edit_invalid'
  | 'invalid_attempt_envelopes'
  | 'verification_failed'
  | 'orphan_attempt_recovered'
  | 'orphan_limit_reached'
  | 'attempt_ended'
  | 'attempt_interrupted'
  | 'run_cancelled'
  | 'attempt_deadline_exceeded'
  | 'run_deadline_exceeded'
  | 'domain_event_invalid'
  | 'state_threw'
  | 'command_interrupted'
  | 'command_stalled'
  | 'command_timeout'
  | 'internal_error'

export const RUN_CODES: Readonly<Record<Code, CatalogueEntry>> = {
  invalid_plan: entry('plan', 'invalid_plan', 'parsing_input', {
    meaning:
      'A plan has no states, a state twice, an edge to nowhere, a cycle, or a read that nothing writes.',
    help: 'Details name the problem and the states; mend the workflow.',
  }),
  unsupported_execution_mode: entry('plan', 'unsupported', 'parsing_input', {
    meaning: 'The run config asks for an execution mode that is not built.',
    help: "Use execution { type: 'sequential' }.",
  }),
  plan_op_mismatch: entry('plan', 'conflict', 'parsing_input', {
    meaning: 'The workflow is not the op, or not the version, that the run was started with.',
    help: 'Give the command the workflow that details name.',
  }),
  plan_changed: entry('plan', 'conflict', 'parsing_input', {
    meaning: 'The workflow plans other states, edges or metadata than the run was started with.',
    help: 'Details list the differences. Resume with the code that started the run, or start a new run.',
  }),
  workflow_invalid: entry('plan', 'invalid_input', 'parsing_input', {
    meaning: 'A workflow file cannot be loaded or does not export a workflow.',
    help: 'Export the result of defineOp as default; the cause says what is wrong.',
  }),
  workflow_not_found: entry('plan', 'not_found', 'parsing_input', {
    meaning: 'No workflow has this name, and no file has this path.',
    help: 'Details list the known names; give a name or a path to a .ts or .js file.',
  }),

  run_not_found: entry('run', 'not_found', 'storage', {
    meaning: 'The store has no such run.',
    help: "List the runs with 'mfm runs', or name another store with --store.",
  }),
  run_ambiguous: entry('run', 'invalid_input', 'parsing_input', {
    meaning: 'Several runs begin with this prefix.',
    help: 'Give more digits; details list the runs.',
  }),
  run_already_exists: entry('run', 'conflict', 'storage', {
    meaning: 'A run with this id exists.',
    help: 'Resume it, or leave --run-id out to get a new id.',
  }),
  run_not_started: entry('run', 'invalid_input', 'parsing_input', {
    meaning: 'The stream does not begin with a start event: it is a recording, not a workflow run.',
    help: 'Replay it with openReplay; resume and verify are for workflow runs.',
  }),
  run_not_finished: entry('run', 'conflict', 'parsing_input', {
    meaning: 'The run has no end yet.',
    help: 'Resume it first.',
  }),
  fork_state_unknown: entry('run', 'not_found', 'parsing_input', {
    meaning: 'A run cannot be forked at this state: it never entered it, or the workflow has none.',
    help: 'Details list the states that it can be forked at.',
  }),
  fork_fact_unknown: entry('run', 'not_found', 'parsing_input', {
    meaning: 'An edit names a fact that the run did not record, or more than one.',
    help: "Details list the facts that it may be; 'mfm events <run>' lists them all.",
  }),
  fork_edit_invalid: entry('run', 'invalid_input', 'parsing_input', {
    meaning:
      'An edit of a fork can have no effect, or its value cannot stand where it is to stand.',
    help: 'The message says why; change the edit, or fork at an earlier state.',
  }),
  run_value_not_found: entry('run', 'not_found', 'parsing_input', {
    meaning: 'The context of the run holds nothing at this pointer, or no state has this name.',
    help: 'Details list what there is.',
  }),
  invalid_attempt_envelopes: entry('run', 'corruption', 'storage', {
    meaning:
      'The events of a run do not form attempts: an end without a beginning, two attempts open, a changed run id.',
    help: 'Details name the sequence number; restore the stream from a copy of the run.',
  }),
  verification_failed: entry('run', 'diverged', 'unknown', {
    meaning: 'A replay made other events, snapshots or outputs than were recorded.',
    help: 'Details name the first difference.',
  }),
  orphan_attempt_recovered: entry('run', 'other', 'unknown', {
    meaning: 'The process died inside an attempt; a resume closed it.',
    help: 'The state was entered again; nothing needs to be done.',
    retryable: true,
  }),
  orphan_limit_reached: entry('run', 'other', 'unknown', {
    meaning: 'A state ended with its process more often than maxOrphanAttempts allows.',
    help: 'Find out what kills the process in this state, then start a new run.',
  }),
  attempt_ended: entry('run', 'closed', 'unknown', {
    meaning: 'A state used its context, io or events after its attempt had ended.',
    help: 'Await every promise before the state returns.',
  }),
  run_cancelled: entry('run', 'cancelled', 'unknown', {
    meaning: 'The run was cancelled.',
    help: 'A cancelled run stays as it is; start a new one.',
  }),
  attempt_interrupted: entry('run', 'cancelled', 'unknown', {
    meaning: 'The run was asked to stop during the attempt.',
    help: 'Resume the run.',
    retryable: true,
  }),
  attempt_deadline_exceeded: entry('run', 'timeout', 'unknown', {
    meaning: 'An attempt took longer than attemptDeadlineMillis.',
    help: 'Raise the deadline, or make the state faster.',
    retryable: true,
  }),
  run_deadline_exceeded: entry('run', 'timeout', 'unknown', {
    meaning: 'The run took longer than runDeadlineMillis.',
    help: 'Start a new run with a longer deadline.',
  }),
  domain_event_invalid: entry('run', 'invalid_input', 'parsing_input', {
    meaning:
      'A state emitted an event with a reserved or malformed name, or a payload that may not be stored.',
    help: 'Details name the event and the problem.',
  }),
  state_threw: entry('state', 'other', 'unknown', {
    meaning: 'A state threw something that is not a typed error.',
    help: "The cause is in the log of the process; use fail('code', …) for failures that are expected.",
  }),
  command_interrupted: entry('run', 'cancelled', 'unknown', {
    meaning: 'A command was interrupted before it was done.',
    help: 'Give the command again; a run that it had started can be resumed.',
  }),
  command_stalled: entry('run', 'other', 'unknown', {
    meaning:
      'A command waits for something that cannot come any more: no timer, request or file is pending.',
    help: 'Look in the workflow for a promise that never settles; a run that had begun can be resumed.',
  }),
  command_timeout: entry('run', 'timeout', 'unknown', {
    meaning: 'A command took longer than --command-timeout.',
    help: 'Allow more time; a run that the command had started can be resumed.',
    retryable: true,
  }),
  internal_error: entry('run', 'other', 'unknown', {
    meaning: 'Something that cannot happen has happened.',
    help: 'Please report it, with the output of the same command with --verbose.',
  }),
}

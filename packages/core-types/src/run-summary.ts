import type { EventEnvelope } from './events.ts'
import type { RunPhase, RunSummary } from './ports.ts'

/**
 * What a run list says after one more event. Every event store keeps its list by this one function, so that no two
 * backends can disagree on a run's phase.
 */
export function foldRunSummary(
  before: RunSummary | undefined,
  { runId, seq, tsMillis, event }: EventEnvelope,
): RunSummary {
  return {
    runId,
    headSeq: seq,
    opId: event.type === 'run_started' ? event.opId : (before?.opId ?? null),
    phase: phaseAfter(before?.phase ?? 'recording', event),
    startedAtMillis: before === undefined ? tsMillis : before.startedAtMillis,
    updatedAtMillis: tsMillis ?? before?.updatedAtMillis ?? null,
  }
}

function phaseAfter(before: RunPhase, event: EventEnvelope['event']): RunPhase {
  if (event.type === 'run_started') return 'running'
  return event.type === 'run_completed' ? event.status : before
}

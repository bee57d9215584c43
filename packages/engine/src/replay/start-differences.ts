import { canonicalize, parseJson } from '@mfm/canonical-json'
import type { ArtifactStore, JsonObject, JsonValue, Plan, RunConfig } from '@mfm/core-types'
import { isStateId } from '@mfm/core-types'
import type { MfmError } from '@mfm/errors'
import { hasCode } from '@mfm/errors'
import { assertSamePlan } from '../plan/plan-document.ts'
import { NO_CALL, placesIn } from './event-comparison.ts'
import type { RecordedRun } from './recorded-run.ts'
import type { Difference, DifferencePlace, ReplayNote } from './replay-report.ts'

/** What the code of today would start a run with. */
export interface StartOfToday {
  readonly plan: Plan
  /** Not compared where it is absent. */
  readonly outputKey?: string | null | undefined
  /** Not compared where it is absent. */
  readonly runConfig?: RunConfig | undefined
}

const WHOLE_RUN = { ...NO_CALL, stateId: null, attempt: null, seq: 1, error: null } as const

/** What a run was started with, against what the code of today would start it with. */
export async function startDifferences(
  { plan, outputKey }: StartOfToday,
  { started, manifest }: RecordedRun,
  artifacts: ArtifactStore,
): Promise<readonly Difference[]> {
  const planned = await planDifference(plan, started.planDigest, artifacts)
  if (outputKey === undefined || outputKey === manifest.outputKey) return planned
  const { outputKey: recorded } = manifest
  return [
    ...planned,
    {
      ...WHOLE_RUN,
      kind: 'output_changed',
      message: `the result is the context key ${outputKey}; recorded is ${recorded}`,
      pointers: [{ pointer: '/outputKey', recorded, produced: outputKey }],
    },
  ]
}

/** Other settings change nothing in a replay, which takes the recorded ones. */
export function settingsNotes(
  { runConfig }: StartOfToday,
  { manifest }: RecordedRun,
): ReplayNote[] {
  if (runConfig === undefined) return []
  const pointers = placesIn(plain(manifest.runConfig), plain(runConfig), '')
  if (pointers.length === 0) return []
  const message = 'the code of today asks for other settings; the replay took the recorded ones'
  return [{ kind: 'settings_changed', message, pointers }]
}

async function planDifference(
  plan: Plan,
  recorded: RecordedRun['started']['planDigest'],
  artifacts: ArtifactStore,
): Promise<readonly Difference[]> {
  try {
    await assertSamePlan(plan, recorded, artifacts)
    return []
  } catch (error) {
    if (!hasCode(error, 'plan_changed')) throw error
    const changes = changesOf(error)
    const stateId = changes[0]?.['stateId']
    return [
      {
        ...WHOLE_RUN,
        kind: 'plan_changed',
        stateId: isStateId(stateId) ? stateId : null,
        message: error.message,
        pointers: changes.map(placeOf),
        error: { ...error.toInfo(), help: error.help },
      },
    ]
  }
}

function changesOf({ details }: MfmError): readonly JsonObject[] {
  const rows = details?.['differences']
  // The rows are those that the comparison of plans has just made.
  return Array.isArray(rows) ? (rows as readonly JsonObject[]) : []
}

function placeOf({ pointer, recorded, planned }: JsonObject): DifferencePlace {
  return {
    pointer: String(pointer),
    ...(recorded === undefined ? {} : { recorded }),
    ...(planned === undefined ? {} : { produced: planned }),
  }
}

/** As JSON, for a type that holds nothing else and does not say so. */
function plain(value: RunConfig): JsonValue {
  return parseJson(canonicalize(value))
}

import { canonicalize, parseJson } from '@mfm/canonical-json'
import type { ArtifactId, JsonObject, JsonValue, Manifest } from '@mfm/core-types'
import { isArtifactId, manifestSchema } from '@mfm/core-types'
import { decode } from '@mfm/errors'
import { diffPlans } from '../plan/diff-plans.ts'
import type { ComparedRun } from './compared-run.ts'
import type { DocumentReader } from './diff-documents.ts'
import { diffValues } from './diff-documents.ts'
import type { DifferenceList } from './difference-list.ts'
import type { DiffRow } from './run-diff.ts'

/** Compares what two runs were started with. Gives the rows of their provenance, which make no difference. */
export async function diffStarts(
  a: ComparedRun,
  b: ComparedRun,
  { list, documents }: { readonly list: DifferenceList; readonly documents: DocumentReader },
): Promise<readonly DiffRow[]> {
  const [left, right] = [a.started, b.started]
  await list.addRows('op_changed', { rows: diffValues(opOf(a), opOf(b)) })
  if (left?.planDigest !== right?.planDigest) {
    const plans = [await planOf(a, documents), await planOf(b, documents)] as const
    await list.addRows('plan_changed', { rows: planRows(...plans) })
  }
  if (left?.manifestId === right?.manifestId) return []
  const before = await manifestOf(left?.manifestId, documents)
  const after = await manifestOf(right?.manifestId, documents)
  await list.addRows('input_changed', { rows: diffValues(before?.input, after?.input) })
  await list.addRows('settings_changed', {
    rows: diffValues(settingsOf(before), settingsOf(after)),
  })
  return diffValues(plain(before?.provenance), plain(after?.provenance))
}

/** The context key that holds the result; `undefined` for a run without one. */
export async function outputKeyOf(
  { started }: ComparedRun,
  reader: DocumentReader,
): Promise<string | undefined> {
  return (await manifestOf(started?.manifestId, reader))?.outputKey ?? undefined
}

function opOf({ started }: ComparedRun): JsonObject | undefined {
  if (started === undefined) return undefined
  const { opId, opVersion } = started
  return { opId, opVersion }
}

async function planOf(
  { started }: ComparedRun,
  documents: DocumentReader,
): Promise<JsonValue | undefined> {
  const address: string | undefined = started?.planDigest
  return isArtifactId(address) ? await documents.json(address) : undefined
}

function planRows(a: JsonValue | undefined, b: JsonValue | undefined): readonly DiffRow[] {
  if (a === undefined || b === undefined) return diffValues(a, b)
  return diffPlans(a, b).map(({ pointer, recorded, planned }) => ({
    pointer,
    ...(recorded === undefined ? {} : { a: recorded }),
    ...(planned === undefined ? {} : { b: planned }),
  }))
}

async function manifestOf(
  id: ArtifactId | undefined,
  reader: DocumentReader,
): Promise<Manifest | undefined> {
  if (id === undefined) return undefined
  return decode(manifestSchema, await reader.json(id), 'artifact_decode_failed', {
    what: `the manifest ${id}`,
    details: { artifactId: id },
  })
}

function settingsOf(manifest: Manifest | undefined): JsonValue | undefined {
  if (manifest === undefined) return undefined
  const { outputKey, runConfig } = manifest
  return plain({ outputKey, runConfig })
}

/** As JSON, for types that hold nothing else and do not say so. */
function plain(value: object | undefined): JsonValue | undefined {
  return value === undefined ? undefined : parseJson(canonicalize(value))
}

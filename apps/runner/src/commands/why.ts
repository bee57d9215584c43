import { formatPointer } from '@mfm/canonical-json'
import type { JsonPointer, RunId, Stores } from '@mfm/core-types'
import { loadManifest, readStart, traceValue } from '@mfm/engine'
import { MfmError, parseId } from '@mfm/errors'
import type { Cli } from '../cli/cli.ts'
import { emit } from '../cli/emit.ts'
import type { WhyFlags } from '../cli/flags.ts'
import { readSettings, withStores } from '../cli/settings.ts'
import type { ExitCode } from '../process/exit-codes.ts'
import { EXIT } from '../process/exit-codes.ts'
import { renderWhy } from '../render/why.ts'
import { findRun } from '../runs/find-run.ts'

/** The word that stands for the context key of the result. */
const OUTPUT = /^output(?=\/|$)/

export async function why(
  cli: Cli,
  flags: WhyFlags,
  given: string,
  place: string,
): Promise<ExitCode> {
  const at = flags.at === undefined ? undefined : parseId('state_id', flags.at)
  const settings = await readSettings(cli, flags)
  const document = await withStores(cli, settings, 'read', async (stores) => {
    const runId = await findRun(stores, given)
    return await traceValue(stores, { runId, at, pointer: await pointerOf(stores, runId, place) })
  })
  await emit(cli, document, renderWhy)
  return EXIT.done
}

async function pointerOf(stores: Stores, runId: RunId, place: string): Promise<JsonPointer> {
  if (!OUTPUT.test(place)) return place
  const { manifestId } = await readStart(stores, runId)
  const { outputKey } = await loadManifest(stores.artifacts, manifestId)
  if (outputKey !== null) return place.replace(OUTPUT, () => formatPointer([outputKey]))
  throw new MfmError('run_value_not_found', {
    message: `the workflow of the run ${runId} has no output`,
    details: { runId, pointer: place },
    help: 'Name a context key, such as /total.',
  })
}

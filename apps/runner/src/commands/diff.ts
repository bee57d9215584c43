import type { Stores } from '@mfm/core-types'
import { diffRuns } from '@mfm/engine'
import type { Cli } from '../cli/cli.ts'
import { emit } from '../cli/emit.ts'
import type { DiffFlags } from '../cli/flags.ts'
import { readSettings, withStores } from '../cli/settings.ts'
import type { ExitCode } from '../process/exit-codes.ts'
import { EXIT } from '../process/exit-codes.ts'
import { renderDiff } from '../render/diff.ts'
import { findRun } from '../runs/find-run.ts'

export async function diff(
  cli: Cli,
  flags: DiffFlags,
  givenA: string,
  givenB: string,
): Promise<ExitCode> {
  const settings = await readSettings(cli, flags)
  const document = await withStores(cli, settings, 'read', async (storesA) =>
    withSecondStores(cli, flags, storesA, async (storesB) =>
      diffRuns(
        { stores: storesA, runId: await findRun(storesA, givenA) },
        { stores: storesB, runId: await findRun(storesB, givenB) },
        { limit: flags.limit },
      ),
    ),
  )
  await emit(cli, document, renderDiff)
  return document.verdict === 'same' ? EXIT.done : EXIT.failed
}

async function withSecondStores<T>(
  cli: Cli,
  flags: DiffFlags,
  first: Stores,
  use: (stores: Stores) => Promise<T>,
): Promise<T> {
  const { 'store-b': store } = flags
  if (store === undefined) return await use(first)
  const settings = await readSettings(cli, { store })
  return await withStores(cli, settings, 'read', use)
}

import type { Cli } from '../cli/cli.ts'
import { emit } from '../cli/emit.ts'
import type { CommonFlags } from '../cli/flags.ts'
import { readSettings, withStores } from '../cli/settings.ts'
import type { ExitCode } from '../process/exit-codes.ts'
import { EXIT } from '../process/exit-codes.ts'
import { renderRunDetails } from '../render/run-details.ts'
import { findRun } from '../runs/find-run.ts'
import { readRunDetails } from '../runs/read-run-details.ts'

export async function show(cli: Cli, flags: CommonFlags, given: string): Promise<ExitCode> {
  const settings = await readSettings(cli, flags)
  const details = await withStores(cli, settings, 'read', async (stores) =>
    readRunDetails(stores, await findRun(stores, given), {
      signal: cli.stop.signal,
      ...(settings.isKept && { storeOptions: settings.storeOptions }),
    }),
  )
  await emit(cli, details, renderRunDetails)
  return EXIT.done
}

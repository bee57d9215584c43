import type { SecretReport } from '@mfm/bundle'
import { scanBundle, scanRuns } from '@mfm/bundle'
import { bundleSource } from '../bundles/bundle-file.ts'
import type { Cli } from '../cli/cli.ts'
import { emit } from '../cli/emit.ts'
import type { CommonFlags } from '../cli/flags.ts'
import { readSettings, withStores } from '../cli/settings.ts'
import type { ExitCode } from '../process/exit-codes.ts'
import { EXIT } from '../process/exit-codes.ts'
import { renderScan } from '../render/bundle.ts'
import { findRun } from '../runs/find-run.ts'

/** What can be the beginning of a run id is a run; anything else, such as a name with a dot, is a file. */
const RUN = /^[0-9a-f][0-9a-f-]{0,35}$/i

export async function scan(cli: Cli, flags: CommonFlags, given: string): Promise<ExitCode> {
  const { signal } = cli.stop
  const report = RUN.test(given)
    ? await scanStored(cli, flags, given)
    : await scanBundle({ source: bundleSource(cli, given), signal })
  await emit(cli, report, renderScan)
  return report.total === 0 ? EXIT.done : EXIT.failed
}

async function scanStored(cli: Cli, flags: CommonFlags, given: string): Promise<SecretReport> {
  const settings = await readSettings(cli, flags)
  return await withStores(cli, settings, 'read', async (stores) =>
    scanRuns({ stores, runIds: [await findRun(stores, given)], signal: cli.stop.signal }),
  )
}

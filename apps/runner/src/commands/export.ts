import type { BundleExport } from '@mfm/bundle'
import { exportBundle } from '@mfm/bundle'
import type { RunId } from '@mfm/core-types'
import { STANDARD, writeBundle } from '../bundles/bundle-file.ts'
import type { Cli } from '../cli/cli.ts'
import { emit } from '../cli/emit.ts'
import type { ExportFlags } from '../cli/flags.ts'
import { readSettings, withStores } from '../cli/settings.ts'
import { UsageError } from '../cli/usage-error.ts'
import type { ExitCode } from '../process/exit-codes.ts'
import { EXIT } from '../process/exit-codes.ts'
import { renderExport } from '../render/bundle.ts'
import { findRun } from '../runs/find-run.ts'

export async function exportRuns(
  cli: Cli,
  flags: ExportFlags,
  ...given: readonly string[]
): Promise<ExitCode> {
  const settings = await readSettings(cli, flags)
  await withStores(cli, settings, 'read', async (stores) => {
    const runIds: RunId[] = []
    for (const one of given) runIds.push(await findRun(stores, one))
    const bundle = await exportBundle({
      stores,
      runIds,
      omitBodiesAbove: flags['omit-bodies-above'],
      allowSecrets: flags['allow-secrets'],
      signal: cli.stop.signal,
    })
    if (bundle.secrets.total > 0) {
      cli.stderr.line(`${bundle.secrets.total} places look like secrets and are exported`)
    }
    await write(cli, flags.file, bundle)
  })
  return EXIT.done
}

async function write(cli: Cli, file: string, bundle: BundleExport): Promise<void> {
  const { manifest, secrets } = bundle
  if (file !== STANDARD) {
    const bytes = await writeBundle(cli, file, bundle.bytes)
    await emit(cli, { file, bytes, manifest, secrets }, renderExport)
    return
  }
  if (cli.stdout.columns !== undefined) {
    throw new UsageError('a bundle is not for a terminal', 'Name a file, or pipe the output.')
  }
  for await (const chunk of bundle.bytes) {
    if (cli.stdout.closed) return
    await cli.stdout.write(chunk)
  }
}

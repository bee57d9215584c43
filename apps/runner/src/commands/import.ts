import { importBundle } from '@mfm/bundle'
import { bundleSource } from '../bundles/bundle-file.ts'
import type { Cli } from '../cli/cli.ts'
import { emit } from '../cli/emit.ts'
import type { ImportFlags } from '../cli/flags.ts'
import { readSettings, withStores } from '../cli/settings.ts'
import type { ExitCode } from '../process/exit-codes.ts'
import { EXIT } from '../process/exit-codes.ts'
import { renderImport } from '../render/bundle.ts'

export async function importRuns(cli: Cli, flags: ImportFlags, file: string): Promise<ExitCode> {
  const settings = await readSettings(cli, flags)
  const { runs, missing, manifest } = await withStores(cli, settings, 'create', async (stores) =>
    importBundle({
      stores,
      source: bundleSource(cli, file),
      limits: {
        totalBytes: flags['max-bytes'],
        documentBytes: flags['max-document-bytes'],
        entries: flags['max-entries'],
      },
      signal: cli.stop.signal,
    }),
  )
  const { documents, root } = manifest
  await emit(cli, { runs, documents, root, missing }, renderImport)
  return EXIT.done
}

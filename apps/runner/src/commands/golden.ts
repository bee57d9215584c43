import { basename, dirname, join, resolve } from 'node:path'
import { MfmError } from '@mfm/errors'
import { SecretGuard } from '@mfm/secrets'
import type { Golden } from '@mfm/testing'
import {
  goldenOfRun,
  goldenPath,
  goldenText,
  readGolden,
  refuseGoldenSecrets,
  writeGolden,
} from '@mfm/testing'
import type { Cli } from '../cli/cli.ts'
import { emit } from '../cli/emit.ts'
import type { GoldenFlags } from '../cli/flags.ts'
import { readSettings, withStores } from '../cli/settings.ts'
import { UsageError } from '../cli/usage-error.ts'
import type { GoldenFileDocument } from '../output-schemas/golden-file-document.ts'
import type { ExitCode } from '../process/exit-codes.ts'
import { EXIT } from '../process/exit-codes.ts'
import { renderGolden } from '../render/golden.ts'
import { findRun } from '../runs/find-run.ts'

export async function golden(cli: Cli, flags: GoldenFlags, given: string): Promise<ExitCode> {
  const settings = await readSettings(cli, flags)
  const document = await withStores(cli, settings, 'read', async (stores) => {
    const runId = await findRun(stores, given)
    const made = await goldenOfRun(stores, runId)
    refuseGoldenSecrets(made, new SecretGuard({ mode: 'refuse' }))
    const file =
      flags.file ?? join('__golden__', `${made.document.workflow?.opId ?? 'recording'}.json`)
    return { runId, ...(await write(cli, file, made, flags.force ?? false)) }
  })
  await emit(cli, document, renderGolden)
  return EXIT.done
}

async function write(
  cli: Cli,
  file: string,
  made: Golden,
  force: boolean,
): Promise<Omit<GoldenFileDocument, 'runId'>> {
  const path = resolve(cli.cwd, file)
  if (!path.endsWith('.json')) {
    throw new UsageError(`${JSON.stringify(file)} does not end in .json`)
  }
  const name = basename(path, '.json')
  goldenPath(dirname(path), name)
  const there = force ? undefined : await readGolden(path)
  const isThere = there !== undefined
  if (isThere && goldenText(there) !== goldenText(made)) {
    throw new MfmError('golden_refused', {
      message: `${file} is there and says something else`,
      details: { file },
      help: 'Write it elsewhere with -o, or over it with --force.',
    })
  }
  await writeGolden(path, made)
  return {
    file,
    name,
    facts: made.document.events.filter(({ type }) => type === 'fact').length,
    files: [...made.files.keys()].sort(),
  }
}

import { parseId } from '@mfm/errors'
import type { Cli } from '../cli/cli.ts'
import { integerFromEnvironment } from '../cli/common-options.ts'
import { emit } from '../cli/emit.ts'
import type { RunsFlags } from '../cli/flags.ts'
import { readSettings, withStores } from '../cli/settings.ts'
import { UsageError } from '../cli/usage-error.ts'
import type { RunListDocument } from '../output-schemas/run-list-document.ts'
import type { ExitCode } from '../process/exit-codes.ts'
import { EXIT } from '../process/exit-codes.ts'
import { jsonText } from '../render/json-text.ts'
import { renderRunList } from '../render/run-list.ts'

const DEFAULT_LIMIT = 20
const MAX_LIMIT = 1000

export async function runs(cli: Cli, flags: RunsFlags): Promise<ExitCode> {
  const query = {
    phase: flags.phase,
    opId: flags.op === undefined ? undefined : parseId('op_id', flags.op),
    cursor: flags.cursor,
    limit: limitOf(cli, flags),
  }
  const settings = await readSettings(cli, flags)
  const page = await withStores(cli, settings, 'read', async ({ events }) =>
    events.listRuns(query, { signal: cli.stop.signal }),
  )
  const document: RunListDocument = { runs: page.items, next: page.next ?? null }
  if (cli.format === 'jsonl') await writeLines(cli, document)
  else if (cli.format === 'json' || document.runs.length > 0) {
    await emit(cli, document, renderRunList)
  } else cli.stderr.line('there are no such runs')
  if (page.next !== undefined && cli.format !== 'json') {
    cli.stderr.line(`there are more: add --cursor ${page.next}`)
  }
  return EXIT.done
}

function limitOf(cli: Cli, flags: RunsFlags): number {
  const limit = flags.limit ?? integerFromEnvironment(cli.env, 'MFM_LIMIT') ?? DEFAULT_LIMIT
  if (limit <= MAX_LIMIT) return limit
  throw new UsageError(`--limit is ${limit}: expected at most ${MAX_LIMIT}`)
}

async function writeLines(cli: Cli, document: RunListDocument): Promise<void> {
  for (const summary of document.runs) await cli.stdout.write(`${jsonText(summary)}\n`)
}

import type { EventEnvelope, RunId, Stores } from '@mfm/core-types'
import type { Cli } from '../cli/cli.ts'
import type { EventsFlags } from '../cli/flags.ts'
import { readSettings, withStores } from '../cli/settings.ts'
import type { ExitCode } from '../process/exit-codes.ts'
import { EXIT } from '../process/exit-codes.ts'
import { renderEvent } from '../render/event.ts'
import { jsonText } from '../render/json-text.ts'
import { findRun } from '../runs/find-run.ts'

export async function events(cli: Cli, flags: EventsFlags, given: string): Promise<ExitCode> {
  const settings = await readSettings(cli, flags)
  await withStores(cli, settings, 'read', async (stores) => {
    const runId = await findRun(stores, given)
    const write = cli.format === 'json' ? writeDocument : writeLines
    await write(cli, runId, readEvents(cli, stores, { runId, flags }))
  })
  return EXIT.done
}

/** Ends when the reader of the output has gone, so that `| head` costs what it shows. */
async function* readEvents(
  { stdout, stop }: Cli,
  stores: Stores,
  { runId, flags: { from, to } }: { readonly runId: RunId; readonly flags: EventsFlags },
): AsyncGenerator<EventEnvelope> {
  const options = { signal: stop.signal }
  for await (const envelope of stores.events.read(runId, { from, to }, options)) {
    if (stdout.closed) return
    yield envelope
  }
}

async function writeLines(
  { stdout, format }: Cli,
  _runId: RunId,
  envelopes: AsyncIterable<EventEnvelope>,
): Promise<void> {
  for await (const envelope of envelopes) {
    const line = format === 'jsonl' ? jsonText(envelope) : renderEvent(envelope, stdout.columns)
    await stdout.write(`${line}\n`)
  }
}

/** An `EventListDocument`, written as the events come: a run may be longer than memory is large. */
async function writeDocument(
  { stdout }: Cli,
  runId: RunId,
  envelopes: AsyncIterable<EventEnvelope>,
): Promise<void> {
  await stdout.write(`{\n  "runId": ${jsonText(runId)},\n  "events": [`)
  let separator = '\n'
  for await (const envelope of envelopes) {
    await stdout.write(`${separator}    ${jsonText(envelope)}`)
    separator = ',\n'
  }
  await stdout.write('\n  ]\n}\n')
}

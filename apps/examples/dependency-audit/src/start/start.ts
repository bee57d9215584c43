import { readFile } from 'node:fs/promises'
import { styleText } from 'node:util'
import type { RunId, Stores } from '@mfm/core-types'
import { UNKNOWN_PROVENANCE } from '@mfm/core-types'
import { isMfmError } from '@mfm/errors'
import { TransportRouter } from '@mfm/io-live'
import { openSqliteStores } from '@mfm/store-sqlite'
import { httpTransport } from '@mfm/transport-http'
import type { WorkflowResult } from '@mfm/workflow'
import { replayWorkflow, runWorkflow, verifyWorkflow } from '@mfm/workflow'
import audit, { endpoints } from '../dependency-audit.workflow.ts'
import { importRecording } from '../recording/import-recording.ts'
import { shippedRecordingFile } from '../recording/shipped-recording.ts'
import type { Paint } from '../report/render-report.ts'
import { renderReport } from '../report/render-report.ts'
import type { AuditReport } from '../report/report.ts'
import { SocketDenial } from './deny-sockets.ts'
import { Progress } from './progress.ts'

/** Where `mfm` looks by default. */
const STORE = '.mfm/runs.db'

const INTERRUPTED = 130

/** Audits the project in a folder, relative to the working folder, and gives the exit code of the process. */
export async function start(folder: string): Promise<number> {
  const progress = new Progress(process.stderr)
  try {
    await using stores = await openSqliteStores({ path: STORE })
    const project = folder === '.' ? 'this project' : folder
    progress.line(`Auditing the dependencies of ${project}; every answer is recorded in ${STORE}.`)
    const result = await recordedRun(stores, folder, progress)
    if (result.phase === 'running') return interrupted(result.runId, progress)
    if (result.output !== undefined) return await present(stores, result.runId, result.output)
    if (result.failure?.error.code !== 'registry_unreachable') return failed(result, progress)
    return await presentShipped(stores, progress)
  } catch (error) {
    if (!isMfmError(error)) throw error
    progress.line(`${error.code}: ${error.message}`)
    if (error.help !== undefined) progress.line(error.help)
    return 1
  }
}

async function recordedRun(
  stores: Stores,
  folder: string,
  progress: Progress,
): Promise<WorkflowResult<AuditReport>> {
  const stop = new AbortController()
  const onInterrupt = (): void => stop.abort()
  // Once: a second Ctrl-C ends the process where it stands, which a recorded run survives as well.
  process.once('SIGINT', onInterrupt)
  try {
    return await runWorkflow(audit, {
      stores,
      transport: new TransportRouter({ http: httpTransport({ endpoints }) }),
      input: { folder },
      provenance: {
        ...UNKNOWN_PROVENANCE,
        runtime: `node ${process.versions.node}`,
        platform: `${process.platform}-${process.arch}`,
        workflow: 'dependency-audit',
      },
      signal: stop.signal,
      onEvent: progress.follow,
    })
  } finally {
    process.removeListener('SIGINT', onInterrupt)
    progress.clear()
  }
}

function interrupted(runId: RunId, progress: Progress): number {
  progress.line('interrupted; every answer so far is recorded. Go on where it stopped:')
  progress.line(`  npx mfm resume ${runId}`)
  return INTERRUPTED
}

function failed({ runId, failure }: WorkflowResult<AuditReport>, progress: Progress): number {
  progress.line(`the run failed: ${failure?.error.code ?? 'without a reason'}. See what it did:`)
  progress.line(`  npx mfm show ${runId}`)
  return 1
}

async function presentShipped(stores: Stores, progress: Progress): Promise<number> {
  progress.line('')
  progress.line('No registry can be reached, so here is a run that was recorded with one before.')
  progress.line('')
  const runId = await importRecording(stores, await readFile(shippedRecordingFile, 'utf8'))
  const { output } = await replayWorkflow(audit, { stores, runId })
  return output === undefined ? 1 : await present(stores, runId, output)
}

/** Shows the report, then that the run comes out the same without network. */
async function present(stores: Stores, runId: RunId, report: AuditReport): Promise<number> {
  say('', ...renderReport(report, paint), '')
  using denial = new SocketDenial()
  const { verdict, counts, headDigest, differences } = await verifyWorkflow(audit, {
    stores,
    runId,
  })
  const { states, facts, events } = counts
  const { attempts } = denial
  const isSame = verdict === 'identical' && attempts === 0
  say(
    'Replayed from the record alone, with the network refused:',
    `${paint(isSame ? 'green' : 'red', verdict)}  ${states} states, ${facts} facts, ${events} events; ${attempts} connections tried`,
    `head       event ${events}, sha256 ${headDigest}`,
    `run        ${runId}`,
    ...differences.map(({ message }) => `  ${message}`),
    '',
    'Try next:',
    `  npx mfm show ${runId}    # how it went, state by state`,
    `  npx mfm events ${runId}  # every step and every recorded answer`,
    `  npx mfm verify ${runId}  # replay it again, and compare`,
  )
  return isSame ? 0 : 1
}

const paint: Paint = (style, text) => styleText(style, text, { stream: process.stdout })

function say(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}

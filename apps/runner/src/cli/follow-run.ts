import type { EventEnvelope, JsonValue, RunId, Stores, Transport } from '@mfm/core-types'
import type { AmbientOptions } from '@mfm/engine'
import { resolverOf } from '@mfm/secrets'
import type { WorkflowResult } from '@mfm/workflow'
import type { RunDocument } from '../output-schemas/run-document.ts'
import { EXIT_CODE_BY_STOP } from '../process/command-stop.ts'
import type { ExitCode } from '../process/exit-codes.ts'
import { EXIT_CODE_BY_PHASE } from '../process/exit-codes.ts'
import { Progress } from '../process/progress.ts'
import { renderRun } from '../render/run.ts'
import { liveTransport } from '../workflows/live-transport.ts'
import type { LoadedWorkflow } from '../workflows/load-workflow.ts'
import { ambientOptions } from './ambient.ts'
import type { Cli } from './cli.ts'
import { emit } from './emit.ts'
import type { AmbientFlags } from './flags.ts'
import type { Settings } from './settings.ts'

/** Time that a stopped run gets to close its attempt, in ms: the engine waits 2 s for a state to notice. */
const STOP_GRACE = 5000

export interface LiveOptions {
  readonly stores: Stores
  readonly transport: Transport
  readonly resolveSecret: ReturnType<typeof resolverOf>
  readonly runId: RunId
  readonly signal: AbortSignal
  readonly onEvent: (envelope: EventEnvelope) => void
  readonly ambient: AmbientOptions
}

/** Follows a live run on the terminal, and writes how it ended. */
export async function followRun(
  cli: Cli,
  settings: Settings,
  subject: {
    readonly stores: Stores
    readonly runId: RunId
    readonly workflow: LoadedWorkflow
    readonly flags: AmbientFlags
    readonly live: (options: LiveOptions) => Promise<WorkflowResult<unknown>>
  },
): Promise<ExitCode> {
  const { stores, runId, workflow, live } = subject
  const { stop } = cli
  const progress = new Progress(cli, workflow.op.plan.states.length)
  stop.allowGrace(STOP_GRACE)
  stop.signal.addEventListener('abort', () => progress.note(stoppingText(cli)), { once: true })
  try {
    const result = await live({
      stores,
      runId,
      transport: liveTransport(cli.env, settings.project, workflow),
      resolveSecret: resolverOf({}, cli.env),
      signal: stop.signal,
      onEvent: (envelope) => progress.onEvent(envelope),
      ambient: ambientOptions(cli, subject.flags, 'warn', (line) => progress.note(line)),
    })
    progress.end()
    return await conclude(cli, settings, result)
  } catch (error) {
    progress.end()
    if (progress.events > 0) proposeResume(cli, settings, runId)
    throw error
  }
}

async function conclude(
  cli: Cli,
  settings: Settings,
  result: WorkflowResult<unknown>,
): Promise<ExitCode> {
  const { runId, phase, output, head, failure } = result
  const document: RunDocument = {
    runId,
    phase,
    // The engine stored it as JSON and read it back.
    output: (output ?? null) as JsonValue,
    head,
    failure: failure ?? null,
  }
  await emit(cli, document, renderRun)
  const { stopped } = cli.stop
  if (phase !== 'running') {
    propose(cli, settings, [`mfm show ${runId}`, `mfm verify ${runId}`])
    return EXIT_CODE_BY_PHASE[phase]
  }
  proposeResume(cli, settings, runId)
  return stopped === undefined ? EXIT_CODE_BY_PHASE.running : EXIT_CODE_BY_STOP[stopped.stopCause]
}

function stoppingText({ stop }: Cli): string {
  const { stopped } = stop
  const isSignal = stopped?.stopCause === 'SIGINT' || stopped?.stopCause === 'SIGTERM'
  return `${stopped?.message}: stopping${isSignal ? '; a second signal ends at once' : ''}`
}

function proposeResume(cli: Cli, settings: Settings, runId: RunId): void {
  if (!settings.isKept) return
  cli.stderr.line('the run has not ended; everything recorded so far is kept')
  propose(cli, settings, [`mfm resume ${runId}`])
}

function propose(cli: Cli, settings: Settings, commands: readonly string[]): void {
  if (cli.format !== 'text' || !settings.isKept) return
  const lines = commands.map((command) => `  ${command}${settings.storeOptions}`)
  for (const line of [cli.stderr.paint('faint', 'next:'), ...lines]) cli.stderr.line(line)
}

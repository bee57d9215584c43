import { randomUUID } from 'node:crypto'
import type { RunId, Stores } from '@mfm/core-types'
import { parseId } from '@mfm/errors'
import { resolverOf } from '@mfm/secrets'
import { forkWorkflow } from '@mfm/workflow'
import { ambientOptions } from '../cli/ambient.ts'
import type { Cli } from '../cli/cli.ts'
import { emit } from '../cli/emit.ts'
import type { ForkFlags } from '../cli/flags.ts'
import { readEdit } from '../cli/read-edit.ts'
import type { Settings } from '../cli/settings.ts'
import { readSettings, withStores } from '../cli/settings.ts'
import type { ForkDocument } from '../output-schemas/fork-document.ts'
import { EXIT_CODE_BY_STOP } from '../process/command-stop.ts'
import type { ExitCode } from '../process/exit-codes.ts'
import { EXIT_CODE_BY_PHASE } from '../process/exit-codes.ts'
import { renderFork } from '../render/fork.ts'
import { findRun } from '../runs/find-run.ts'
import { codeOfRun } from '../workflows/code-of-run.ts'
import { liveTransport } from '../workflows/live-transport.ts'
import { provenanceOf } from '../workflows/provenance.ts'

/** Time that a stopped fork gets to close its attempt, in ms: the engine waits 2 s for a state to notice. */
const STOP_GRACE = 5000

export async function fork(cli: Cli, flags: ForkFlags, given: string): Promise<ExitCode> {
  const runId = parseId('run_id', flags['run-id'] ?? randomUUID())
  const facts = (flags['set-fact'] ?? []).map((text) => readEdit('set-fact', text))
  const context = (flags['set-context'] ?? []).map((text) => readEdit('set-context', text))
  const settings = await readSettings(cli, flags)
  const document = await withStores(
    cli,
    settings,
    'write',
    async (stores) =>
      await execute(cli, settings, {
        stores,
        runId,
        parentId: await findRun(stores, given),
        at: flags.at,
        workflow: flags.with,
        ambient: ambientOptions(cli, flags, 'warn'),
        live: flags.live ?? false,
        divergence: flags.divergence,
        facts: facts.map(({ name, value }) => ({ fact: name, value })),
        context: context.map(({ name, value }) => ({ key: name, value })),
      }),
  )
  await emit(cli, document, renderFork)
  propose(cli, settings, document)
  const { stopped } = cli.stop
  return document.phase === 'running' && stopped !== undefined
    ? EXIT_CODE_BY_STOP[stopped.stopCause]
    : EXIT_CODE_BY_PHASE[document.phase]
}

interface Request extends Omit<Parameters<typeof forkWorkflow>[1], 'provenance'> {
  readonly stores: Stores
  readonly parentId: RunId
  readonly workflow: string | undefined
}

async function execute(
  cli: Cli,
  { project }: Settings,
  { workflow: given, ...request }: Request,
): Promise<ForkDocument> {
  const { stores, parentId, live } = request
  const { cwd, env, stop } = cli
  const workflow = await codeOfRun(stores, parentId, { project, cwd, workflow: given })
  stop.allowGrace(STOP_GRACE)
  const {
    output: _,
    failure,
    ...report
  } = await forkWorkflow(workflow.op, {
    ...request,
    provenance: await provenanceOf(project, workflow.place),
    signal: stop.signal,
    // Without it there is nothing that could reach a network.
    ...(live === true && {
      transport: liveTransport(env, project, workflow),
      resolveSecret: resolverOf({}, env),
    }),
  })
  return { ...report, failure: failure ?? null }
}

function propose(cli: Cli, settings: Settings, { runId, phase }: ForkDocument): void {
  if (cli.format !== 'text' || !settings.isKept) return
  const commands =
    phase === 'running' ? [`mfm resume ${runId}`] : [`mfm show ${runId}`, `mfm verify ${runId}`]
  cli.stderr.line(cli.stderr.paint('faint', 'next:'))
  for (const command of commands) cli.stderr.line(`  ${command}${settings.storeOptions}`)
}

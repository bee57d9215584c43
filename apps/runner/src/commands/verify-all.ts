import type { RunId } from '@mfm/core-types'
import { ambientOptions } from '../cli/ambient.ts'
import type { Cli } from '../cli/cli.ts'
import type { CodeFlags, ReplayFlags } from '../cli/flags.ts'
import type { Settings } from '../cli/settings.ts'
import { readSettings, withStores } from '../cli/settings.ts'
import type { VerifyAllDocument, VerifyAllRow } from '../output-schemas/verify-all-document.ts'
import { VERIFY_ALL_VERDICTS } from '../output-schemas/verify-all-document.ts'
import type { ExitCode } from '../process/exit-codes.ts'
import { EXIT } from '../process/exit-codes.ts'
import { jsonText } from '../render/json-text.ts'
import { shellWord } from '../render/shell-word.ts'
import { verifyAllHeading, verifyAllLine, verifyAllSummary } from '../render/verify-all.ts'
import { verifyAll } from '../runs/verify-all.ts'
import { findWorkflow } from '../workflows/find-workflow.ts'
import { loadWorkflow } from '../workflows/load-workflow.ts'

const PASSED: ReadonlySet<string> = new Set(['identical', 'allowed'])

/** Writes each row as soon as it is known, so that what is kept does not grow with the number of runs. */
export async function verifyAllRuns(cli: Cli, flags: ReplayFlags): Promise<ExitCode> {
  const settings = await readSettings(cli, flags)
  const op = await opOf(cli, settings, flags)
  const counts = { identical: 0, allowed: 0, different: 0, unknown_workflow: 0, refused: 0 }
  let unfinished = 0
  const request = {
    project: settings.project,
    cwd: cli.cwd,
    workflow: flags.workflow,
    op,
    divergence: flags.divergence,
    storeOptions: settings.storeOptions,
    signal: cli.stop.signal,
    ambient: ambientOptions(cli, flags, 'refuse'),
    onUnfinished: () => {
      unfinished += 1
    },
  }
  const table = new Table(cli, proposal(settings, flags))
  await withStores(cli, settings, 'read', async (stores) => {
    await table.begin()
    for await (const row of verifyAll(stores, request)) {
      counts[row.verdict] += 1
      await table.row(row)
    }
  })
  await table.end({ counts, unfinished })
  return VERIFY_ALL_VERDICTS.every((verdict) => PASSED.has(verdict) || counts[verdict] === 0)
    ? EXIT.done
    : EXIT.failed
}

async function opOf(
  cli: Cli,
  { project }: Settings,
  { workflow }: CodeFlags,
): Promise<Awaited<ReturnType<typeof loadWorkflow>>['op'] | undefined> {
  if (workflow === undefined) return undefined
  return (await loadWorkflow(findWorkflow(project, cli.cwd, workflow))).op
}

/** Tells of one run all that a row has no room for. */
function proposal(
  { storeOptions }: Settings,
  { workflow, divergence }: ReplayFlags,
): (runId: RunId) => string {
  const code = workflow === undefined ? '' : ` --workflow ${shellWord(workflow)}`
  const policy = divergence === undefined ? '' : ` --divergence ${divergence}`
  return (runId) => `mfm verify ${runId}${policy}${code}${storeOptions}`
}

/** Rows in the format that is asked for. A JSON document is written piece by piece. */
class Table {
  readonly #cli: Cli
  readonly #proposal: (runId: RunId) => string
  #rows = 0
  /** The first that differs. */
  #different: RunId | undefined

  constructor(cli: Cli, proposal: (runId: RunId) => string) {
    this.#cli = cli
    this.#proposal = proposal
  }

  async begin(): Promise<void> {
    const { format, stdout } = this.#cli
    if (format === 'json') await stdout.write('{\n  "runs": [')
  }

  async row(row: VerifyAllRow): Promise<void> {
    const { format, stdout } = this.#cli
    const isFirst = this.#rows === 0
    this.#rows += 1
    if (row.verdict === 'different') this.#different ??= row.runId
    if (format === 'jsonl') await stdout.write(`${jsonText(row)}\n`)
    else if (format === 'json') await stdout.write(`${isFirst ? '' : ','}\n    ${jsonText(row)}`)
    else {
      if (isFirst) await stdout.write(`${verifyAllHeading(stdout.paint)}\n`)
      await stdout.write(`${verifyAllLine(row, stdout.paint)}\n`)
    }
  }

  async end(rest: Omit<VerifyAllDocument, 'runs'>): Promise<void> {
    const { format, stdout, stderr } = this.#cli
    const { counts, unfinished } = rest
    if (format !== 'json') stderr.line(verifyAllSummary(rest))
    if (format === 'text' && this.#different !== undefined) {
      stderr.line(stderr.paint('faint', 'next:'))
      stderr.line(`  ${this.#proposal(this.#different)}`)
    }
    if (format === 'json') {
      const members = `"counts": ${jsonText(counts)},\n  "unfinished": ${unfinished}`
      await stdout.write(`${this.#rows === 0 ? '' : '\n  '}],\n  ${members}\n}\n`)
    }
  }
}

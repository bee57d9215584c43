import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { causeChain, isMfmError, MfmError } from '@mfm/errors'
import { ALL_CASES } from '../cases/all-cases.ts'
import type { Harness } from '../harness.ts'
import { badgeJson } from '../report/badge.ts'
import { failureText } from '../report/failure-text.ts'
import { jsonReport, summaryOf } from '../report/json-report.ts'
import { junitReport } from '../report/junit.ts'
import { markdownMatrix } from '../report/markdown.ts'
import type { SuiteReport } from '../report/verdict.ts'
import { verdictLine } from '../report/verdict.ts'
import type { CaseResult } from '../run/case-result.ts'
import { runSuite } from '../run/run-suite.ts'
import { concerns } from '../run/select-cases.ts'
import type { SuiteOptions } from '../run/suite-options.ts'
import type { Command } from './command-line.ts'
import { parseCommandLine, USAGE } from './command-line.ts'

export interface Terminal {
  out(text: string): void
  err(text: string): void
}

/** @returns the exit code: 0 nothing failed, 1 a case failed, 2 there was nothing to judge */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<0 | 1 | 2> {
  try {
    const command = parseCommandLine(args)
    switch (command.command) {
      case 'help':
        terminal.out(USAGE)
        return 0
      case 'list':
        terminal.out(listOf(command.options))
        return 0
      default:
        return await runHarness(command, terminal)
    }
  } catch (error) {
    terminal.err(causeChain(error).join('\n  because: '))
    const help = isMfmError(error) ? error.help : undefined
    terminal.err(help ?? "'mfm-conformance --help' tells what there is.")
    return 2
  }
}

function listOf({ ports, level = 3 }: SuiteOptions): string {
  return ALL_CASES.filter((one) => one.level <= level)
    .filter(({ subject }) => ports === undefined || ports.some((port) => concerns(subject, port)))
    .map(
      ({ id, level: own, subject, title }) =>
        `${id.padEnd(7)} L${own} ${subject.padEnd(9)} ${title}`,
    )
    .join('\n')
}

async function runHarness(
  { harness: file, options, report: folder }: Extract<Command, { readonly command: 'run' }>,
  terminal: Terminal,
): Promise<0 | 1> {
  requireKnown(options.cases ?? [])
  const report = await runSuite(await loadHarness(file), {
    ...options,
    onResult: (result) => terminal.err(progressLine(result)),
  })
  const failed = report.results.filter((result) => result.status === 'failed')
  for (const result of failed) terminal.out(`\n${failureText(result, report, file)}`)
  for (const text of remarks(report)) terminal.out(text)
  const run = report.results.filter(({ status }) => status !== 'not_applicable')
  const counts = `${run.length - failed.length} of ${run.length} cases did not fail`
  // The verdict is on a port; of some cases of it there is none.
  terminal.out(options.cases === undefined ? verdictLine(report) : counts)
  if (folder !== undefined) await writeReports(report, folder, file)
  return failed.length === 0 ? 0 : 1
}

/** @throws MfmError `invalid_option` */
function requireKnown(ids: readonly string[]): void {
  const unknown = ids.filter((id) => !ALL_CASES.some((one) => one.id === id))
  if (unknown.length === 0) return
  throw new MfmError('invalid_option', { message: `no such case: ${unknown.join(', ')}` })
}

async function loadHarness(file: string): Promise<Harness> {
  const loaded: { readonly default?: Harness } = await import(pathToFileURL(resolve(file)).href)
  if (loaded.default === undefined) throw new Error(`${file} has no default export`)
  return loaded.default
}

function progressLine({ case: { id, title }, status, millis }: CaseResult): string {
  return `${status.padEnd(9)} ${id.padEnd(7)} ${Math.round(millis)} ms  ${title}`
}

/** What is neither passed nor failed, and what cases had to say. */
function remarks({ results }: SuiteReport): readonly string[] {
  return results.flatMap((result) => {
    const { id } = result.case
    const notes = result.notes.map((note) => `note          ${id}: ${note}`)
    if (result.status === 'excepted') {
      const { reason, issue } = result.exception
      return [...notes, `exception     ${id}: ${reason}${issue === undefined ? '' : ` (${issue})`}`]
    }
    if (result.status === 'not_exercised') {
      return [...notes, `not exercised ${id}: the harness has no ${result.missing.join(', ')}`]
    }
    return notes
  })
}

async function writeReports(report: SuiteReport, folder: string, file: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const files = new Map([
    ['conformance.json', jsonReport(report)],
    ['conformance.md', `${markdownMatrix([summaryOf(report)])}\n`],
    ['junit.xml', junitReport(report, file)],
    ['badge.json', badgeJson(report)],
  ])
  for (const [name, text] of files) await writeFile(join(folder, name), text)
}

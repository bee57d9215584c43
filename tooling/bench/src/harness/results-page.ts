import type { Outcome } from '../run-benchmarks.ts'
import type { Goal, Table } from './findings.ts'
import type { Machine } from './machine.ts'
import { writtenLoad } from './machine.ts'
import { written } from './numbers.ts'

export interface Page {
  readonly machine: Machine
  readonly outcomes: readonly Outcome[]
  /** Day of the run, as in `2026-01-31`. */
  readonly day: string
  readonly revision: string | undefined
}

/** All results as Markdown. */
export function resultsPage({ machine, outcomes, day, revision }: Page): string {
  const goals = outcomes.flatMap(({ findings }) => findings.goals)
  return [
    '# Benchmark results',
    'Written by `npm run bench`; not to be edited by hand. The sides of a table were measured in turn, in rounds after warm-up rounds, each on a heap without garbage. A figure is the median over the rounds (lowest to highest, ± the median distance from the median). A ratio is taken within each round, so what slows a whole round down cancels out.',
    `Measured on ${day}${revision === undefined ? '' : ` at ${revision}`}.`,
    machineTable(machine),
    '## Goals',
    goalsTable(goals),
    ...outcomes.map(section),
    '',
  ].join('\n\n')
}

/** One benchmark as Markdown. */
export function section({ benchmark, findings, load }: Outcome): string {
  return [
    `## ${benchmark.title}`,
    ...findings.notes,
    `Meanwhile: ${writtenLoad(load)}.`,
    ...findings.tables.flatMap((table) => [`### ${table.title}`, tableText(table)]),
  ].join('\n\n')
}

export function goalsTable(goals: readonly Goal[]): string {
  return tableText({
    columns: ['figure', 'measured', 'goal', ''],
    rows: goals.map(({ figure, measured, goal, isMet }) => {
      return [figure, measured, goal, isMet ? 'met' : '**not met**']
    }),
  })
}

function machineTable(machine: Machine): string {
  const { cpu, cores, memoryGiB, system, node, sqlite, fileSystem, appends } = machine
  const disk = `${fileSystem}; appends of 300 bytes: ${written(appends.synced)}/s each synced, ${written(appends.plain)}/s not`
  return tableText({
    columns: ['machine', ''],
    rows: [
      ['processor', `${cpu}, ${cores} cores`],
      ['memory', `${memoryGiB} GiB`],
      ['system', system],
      ['Node', `${node}, SQLite ${sqlite}`],
      ['disk', disk],
    ],
  })
}

function tableText({ columns, rows }: Pick<Table, 'columns' | 'rows'>): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')
}

// `npm run bench`: measures, prints, and writes results.md.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BENCHMARKS, benchmarksNamed } from './benchmarks.ts'
import { buildPackages, CHECKOUT, revision } from './harness/checkout.ts'
import { describeMachine } from './harness/machine.ts'
import { goalsTable, resultsPage, section } from './harness/results-page.ts'
import { WorkFolder } from './harness/work-folder.ts'
import type { Options } from './options.ts'
import { parseOptions, USAGE } from './options.ts'
import { runBenchmarks } from './run-benchmarks.ts'

const RESULTS = join(CHECKOUT, 'tooling', 'bench', 'results.md')

const bench = async ({ isQuick, only }: Options): Promise<void> => {
  const benchmarks = benchmarksNamed(only)
  if (!isQuick) {
    console.log('building the packages')
    buildPackages()
  }
  using work = new WorkFolder(CHECKOUT)
  const machine = describeMachine(work.path)
  const outcomes = await runBenchmarks(benchmarks, {
    isQuick,
    work,
    onStart: ({ name, title }) => console.log(`${name}: ${title}`),
  })
  if (isQuick) {
    console.log(`${outcomes.length} benchmarks work; their figures mean nothing at these sizes`)
    return
  }
  const goals = outcomes.flatMap(({ findings }) => findings.goals)
  console.log(`\n${goalsTable(goals)}\n\n${outcomes.map(section).join('\n\n')}`)
  if (outcomes.length < BENCHMARKS.length) return
  const day = new Date().toISOString().slice(0, 10)
  writeFileSync(RESULTS, resultsPage({ machine, outcomes, day, revision: revision() }))
  console.log('\nwritten to tooling/bench/results.md')
}

const options = parseOptions(process.argv.slice(2))
if (options.isHelpWanted) console.log(USAGE)
else await bench(options)

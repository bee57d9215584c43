import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { BENCHMARKS, benchmarksNamed } from './benchmarks.ts'
import { CHECKOUT } from './harness/checkout.ts'
import { describeMachine } from './harness/machine.ts'
import { resultsPage } from './harness/results-page.ts'
import { WorkFolder } from './harness/work-folder.ts'
import { runBenchmarks } from './run-benchmarks.ts'

describe('every benchmark, with tiny sizes', () => {
  it.each(BENCHMARKS.map(({ name }) => name))(
    '%s does what it measures',
    async (name) => {
      using work = new WorkFolder(CHECKOUT)
      const [outcome] = await runBenchmarks(benchmarksNamed(name), {
        isQuick: true,
        work,
        onStart: () => undefined,
      })
      expect(outcome?.findings.goals.length).toBeGreaterThan(0)
      for (const { columns, rows } of outcome?.findings.tables ?? []) {
        expect(rows.map((row) => row.length)).toEqual(rows.map(() => columns.length))
      }
    },
    60_000,
  )

  it('are written on a page that names neither the host nor a path', async () => {
    using work = new WorkFolder(CHECKOUT)
    const machine = describeMachine(work.path)
    const page = resultsPage({ machine, outcomes: [], day: '2026-01-31', revision: undefined })
    expect(page).not.toContain(hostname())
    expect(page).not.toContain(CHECKOUT)
    expect(page).not.toContain(work.path)
    expect(page).toContain(process.version)
  })
})

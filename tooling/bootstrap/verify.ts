// `npm test`: every gate in order of cost, stopping at the first that fails. The last line is the count of tests.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Stage } from './stages.ts'
import { runStage } from './stages.ts'
import { readTestCounts } from './test-counts.ts'

const npmScript = (name: string, script: string, command: string, args: string): Stage => ({
  name,
  command,
  args: args.split(' '),
  repeat: `npm run ${script}`,
})

const SERVICES = 'tooling/services/src/cli.ts'

const gates: readonly Stage[] = [
  npmScript('lint', 'lint', 'biome', 'check --error-on-warnings .'),
  npmScript('build', 'build', 'tsc', '-b'),
  npmScript('types', 'typecheck', 'tsc', '-p tsconfig.check.json'),
  npmScript('boundaries', 'boundaries', 'turbo', 'boundaries'),
  npmScript('knip', 'knip', 'knip', '--no-progress --no-config-hints'),
  // Servers for the tests that a bare machine has not got yet.
  npmScript('services', 'services -- install', process.execPath, `${SERVICES} install`),
  npmScript('packages', 'check:packages', process.execPath, 'tooling/bootstrap/check-packages.ts'),
]

const runTests = (): number => {
  const folder = mkdtempSync(join(tmpdir(), 'mfm-verify-'))
  const report = join(folder, 'report.json')
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`]
  try {
    const result = runStage(
      { name: 'tests', command: 'vitest', args: ['run', ...reporters], repeat: 'npx vitest run' },
      'loud',
    )
    const { passed, failed, skipped } = readTestCounts(readFileSync(report, 'utf8'))
    const skippedInCi = process.env['CI'] !== undefined && skipped > 0
    if (skippedInCi) console.log('FAIL  a skipped test counts as a failure in CI')
    console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
    if (!result.ok) return result.exitCode
    return skippedInCi || failed > 0 ? 1 : 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const verify = (): number => {
  for (const gate of gates) {
    const result = runStage(gate, 'quiet')
    if (!result.ok) return result.exitCode
  }
  return runTests()
}

process.exitCode = verify()

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const PROGRAM = fileURLToPath(new URL('./node-test.child.ts', import.meta.url))

/** The lines of TAP that say how each test ended, without their nesting and times. */
async function results(): Promise<string[]> {
  const flags = [...process.execArgv, '--test-reporter=tap', PROGRAM]
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, flags, (_error, stdout) => resolve(stdout))
  })
  return output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^(not )?ok /.test(line))
}

it('registers the cases, the claims and no more with the runner of Node', async () => {
  expect(await results()).toEqual([
    'ok 1 - FI-01 the first bind wins and says so',
    'ok 2 - FI-02 a second id loses without throwing and learns the first one',
    'ok 3 - does not exercise FI-24 (shared)',
    'ok 1 - store-memory 0.0.0',
    'ok 1 - FI-01 the first bind wins and says so',
    'not ok 2 - FI-02 a second id loses without throwing and learns the first one',
    'not ok 3 - does not exercise FI-24 (shared)',
    'not ok 2 - mutant-always-inserted 1.0.0',
  ])
})

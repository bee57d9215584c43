import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

// Workspace packages resolve to their TypeScript sources, in the tests' own modules and in whatever Node loads itself.
const source = '@mfm/source'
// Without `module`, which Node does not know either: what it names in the AWS SDK only a bundler can load.
const conditions = [source, ...defaultServerConditions.filter((one) => one !== 'module')]

// The processes that tests start, and there are hundreds, compile the sources once.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/compiled')

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: [source, 'node'] } },
  test: {
    include: ['{packages,apps,tooling}/**/*.{unit,int,e2e}.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // One process per test file: node:sqlite handles, signals and process.exit stay inside it.
    pool: 'forks',
    // Tests of stores wait for their servers most of the time.
    maxWorkers: 2 * availableParallelism(),
    // A broker of servers for the tests that ask for one; it starts none by itself.
    globalSetup: ['tooling/services/src/vitest-setup.ts'],
    // On a bare machine the first test that asks for a server waits until it is installed.
    hookTimeout: 120_000,
    // For what hangs: several files run at a time, and machines differ.
    testTimeout: 30_000,
    execArgv: [`--conditions=${source}`],
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    allowOnly: false,
    passWithNoTests: false,
  },
})

import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

// Workspace packages resolve to their TypeScript sources, in the tests' own modules and in whatever Node loads itself.
const source = '@mfm/source'
const conditions = [source, ...defaultServerConditions]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: [source, 'node'] } },
  test: {
    include: ['{packages,apps,tooling}/**/*.{unit,int,e2e}.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // One process per test file: node:sqlite handles, signals and process.exit stay inside it.
    pool: 'forks',
    maxWorkers: 2,
    execArgv: [`--conditions=${source}`],
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    allowOnly: false,
    passWithNoTests: false,
  },
})

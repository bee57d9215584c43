import { contextKey, defineOp, state } from '@mfm/workflow'
import { z } from 'zod'
import { dependenciesOf } from './project/dependencies.ts'
import { readProject } from './project/read-project.ts'
import { askRegistry } from './registry/ask-registry.ts'
import { questionsFor } from './registry/ask-release.ts'
import { registryAddress } from './registry/registry-address.ts'
import { releaseSchema } from './registry/release.ts'
import { reportOn, reportSchema } from './report/report.ts'

/** Servers that the states know by name. Asked for in live mode only, so a replay needs neither npm nor a registry. */
export const endpoints = { registry: (): Promise<string> => registryAddress() }

const input = contextKey(
  'input',
  z.strictObject({
    folder: z
      .string()
      .regex(/^(?!\/|[A-Za-z]:)[^\\]+$/, {
        error: 'expected a relative path with forward slashes, so that the run fits any machine',
      })
      .default('.'),
  }),
)

const dependencies = contextKey(
  'dependencies',
  z.strictObject({
    wanted: z.array(z.strictObject({ name: z.string(), range: z.string() })).readonly(),
    elsewhere: z.int().nonnegative(),
  }),
)

const releases = contextKey('releases', z.array(releaseSchema))

const report = contextKey('report', reportSchema)

const collectManifests = state('collect_manifests', {
  reads: [input],
  writes: [dependencies],
  run: async ({ context, io, emit }) => {
    const { folder } = await context.read(input)
    const project = await io.record('manifests', async () => await readProject(folder))
    const found = dependenciesOf(project)
    context.write(dependencies, found)
    await emit('dependencies_found', {
      dependencies: found.wanted.length,
      questions: found.wanted.map(questionsFor).reduce((sum, count) => sum + count, 0),
    })
  },
})

const askTheRegistry = state('ask_registry', {
  reads: [dependencies],
  writes: [releases],
  run: async ({ context, io }) => {
    const { wanted } = await context.read(dependencies)
    context.write(releases, await askRegistry(io, wanted))
  },
})

const writeReport = state('report', {
  reads: [dependencies, releases],
  writes: [report],
  run: async ({ context, io }) => {
    const { elsewhere } = await context.read(dependencies)
    const nowMillis = await io.now()
    context.write(report, reportOn(await context.read(releases), { elsewhere, nowMillis }))
  },
})

/** Audits the dependencies of a project: what each range comes to today, how old that is, and under which licence. */
export default defineOp({
  id: 'dependency_audit',
  version: 'v1',
  input,
  output: report,
  states: [collectManifests, askTheRegistry, writeReport],
  runConfig: {
    retry: {
      maxAttempts: 3,
      backoff: { type: 'exponential', baseDelayMillis: 500, maxDelayMillis: 2000 },
    },
  },
})

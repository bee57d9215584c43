import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { replayDocumentSchema } from '@mfm/runner'
import { openSqliteStores } from '@mfm/store-sqlite'
import { runWorkflow } from '@mfm/workflow'
import { expect, it } from 'vitest'
import stream from './fixtures/stream.workflow.ts'
import { document, mfm } from './mfm.ts'
import { TemporaryProject } from './temporary-project.ts'

const FIXTURE = new URL('./fixtures/stream.workflow.ts', import.meta.url)

it('mfm replay gives the parts of a streamed answer at once, and with --timing as far apart as they came', async () => {
  await using project = await TemporaryProject.create()
  await project.put('stream.workflow.ts', await readFile(FIXTURE, 'utf8'))
  const stores = await openSqliteStores({ path: join(project.root, 'runs.db') })
  let hours = 0
  const clock = () => hours++ * 3_600_000
  const { runId } = await runWorkflow(stream, { stores, clock })
  await stores.close()

  const replay = ['replay', runId, '--workflow', 'stream.workflow.ts', '--store', 'sqlite:runs.db']
  const options = { cwd: project.root }
  const atOnce = await mfm([...replay, '-o', 'json'], options)
  expect(atOnce).toMatchObject({ code: 0, stderr: '' })
  expect(document(replayDocumentSchema, atOnce)).toMatchObject({ output: 'two words' })
  // The parts were recorded hours apart.
  const slow = await mfm([...replay, '--timing', '--command-timeout', '2000'], options)
  expect(slow).toMatchObject({ code: 7 })
})

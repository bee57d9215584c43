import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunId } from '@mfm/core-types'
import { openSqliteStores } from '@mfm/store-sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CountingServer } from '../test/counting-server.fixture.ts'
import fiftyCalls from '../test/fifty-calls.workflow.ts'
import { runChild } from '../test/run-child.fixture.ts'
import { verifyWorkflow } from './run-workflow.ts'

const RUN = '11111111-2222-4333-8444-555555555555' as RunId

describe('a disk that takes no more', () => {
  const server = new CountingServer()
  let folder = ''
  let url = ''

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mfm-full-'))
    url = await server.open()
  })

  afterAll(async () => {
    await server.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('stops the run with store_unavailable and loses nothing; a resume goes on when there is room', {
    timeout: 60_000,
  }, async () => {
    const path = join(folder, 'runs.db')
    // The operating system refuses to let any file grow beyond this, as a full disk would.
    const stopped = await runChild([path, RUN, url], { fileBlocks: 300 })
    expect(stopped.result).toBe('error store_unavailable')
    expect(stopped.keys.length).toBeGreaterThan(5)
    server.seen.clear()

    const resumed = await runChild([path, RUN, url])
    expect(resumed.result).toMatch(/^completed /)
    const repeated = stopped.keys.filter((key) => server.seen.has(`/${key.replace(' ', '/')}`))
    expect(repeated).toEqual([])
    const stores = await openSqliteStores({ path })
    expect(await verifyWorkflow(fiftyCalls, { stores, runId: RUN })).toMatchObject({
      verdict: 'identical',
      output: 1225,
    })
    await stores.close()
  })
})

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { JsonValue } from '@mfm/core-types'
import { PROGRAM_STATE } from '@mfm/facts'
import { openMemoryStores } from '@mfm/store-memory'
import { openSqliteStores } from '@mfm/store-sqlite'
import { describe, expect, it } from 'vitest'
import { Recording, RUN, STATE } from '../test/recording.fixture.ts'
import { openReplay } from './open-replay.ts'

const meta = { stateId: PROGRAM_STATE, namespace: 'dice' }

describe('openReplay', () => {
  it('replays the last attempt of the program', async () => {
    const recording = new Recording()
    await recording.answer(1, 'one', { meta })
    await recording.answer(2, 'two', { meta: { ...meta, attempt: 1 } })
    const replay = await openReplay({ stores: recording.stores, runId: RUN })
    const ask = async (request: JsonValue) =>
      (await replay.call({ namespace: 'dice', request })).response
    expect([await ask(2), await ask(1)]).toEqual(['two', 'one'])
    await replay.close()
    await expect(ask(1)).rejects.toMatchObject({ code: 'io_closed' })
  })

  it('replays the state and the attempt that are named', async () => {
    const recording = new Recording()
    await recording.time(5)
    const { stores } = recording
    const replay = await openReplay({ stores, runId: RUN, stateId: STATE, attempt: 0 })
    expect(await replay.nowMillis()).toBe(5)
    expect(replay.unusedFacts()).toEqual([])
  })

  it.each([
    [{ runId: RUN }, 'run_not_found'],
    [{ runId: 'none' }, 'invalid_id'],
  ])('refuses %j: %s', async (given, code) => {
    await expect(openReplay({ stores: openMemoryStores(), ...given })).rejects.toMatchObject({
      code,
    })
  })

  it('refuses the name of a state that is none', async () => {
    const recording = new Recording()
    await recording.time(5)
    const opening = openReplay({ stores: recording.stores, runId: RUN, stateId: 'none' })
    await expect(opening).rejects.toMatchObject({ code: 'invalid_id' })
  })
})

describe('the example of the README', () => {
  it('is a program that runs', async () => {
    const program = new URL('../test/readme.child.ts', import.meta.url)
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    expect(readme).toContain(`\`\`\`ts\n${await readFile(program, 'utf8')}\`\`\``)
    const cwd = await mkdtemp(join(tmpdir(), 'mfm-replay-'))
    try {
      const stores = await openSqliteStores({ path: join(cwd, 'runs.db') })
      await new Recording(stores).answer({ sides: 6 }, 4, { meta })
      await stores.close()
      const args = ['--conditions=@mfm/source', program.pathname, RUN]
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd })
      expect(stdout.trim().split('\n')).toEqual([
        '4 { recorded: 1, used: 1, unused: 0 }',
        'Undo the change of the request at /sides, or make a new run.',
      ])
    } finally {
      await rm(cwd, { recursive: true })
    }
  })
})

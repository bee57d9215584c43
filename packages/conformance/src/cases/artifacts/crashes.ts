import assert from 'node:assert/strict'
import type { ArtifactId, ArtifactStore } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import type { CaseContext, ConformanceCase } from '../../case.ts'
import { startChild, taskModule } from '../../children/child.ts'
import { someInteger, someOf, upTo } from '../support/samples.ts'
import { settle } from '../support/settled.ts'
import { someMoment } from './moments.ts'
import type { PutNumber } from './numbered-artifact.ts'
import { numberedArtifact } from './numbered-artifact.ts'
import { assertSame, independentId } from './sample-bytes.ts'

interface Puts {
  readonly begun: ReadonlyMap<ArtifactId, Uint8Array>
  readonly stored: ReadonlyMap<ArtifactId, Uint8Array>
}

/** Kills a process that puts artifacts as fast as it can, some moment after some of them were stored. */
async function killWhilePutting(context: CaseContext, round: number): Promise<Puts> {
  const size = someOf(context, [100, 20_000, 1_000_000])
  const child = startChild(context.harness, {
    task: taskModule(import.meta.url, './put-until-killed.task'),
    given: { scope: context.scope, round, size },
    signal: context.signal,
  })
  const puts = { begun: new Map<ArtifactId, Uint8Array>(), stored: new Map() }
  const enough = someInteger(context, 1, 12)
  for await (const message of child.messages) {
    const [what, put] = message as unknown as [keyof Puts, PutNumber] // from the task
    const bytes = numberedArtifact(put)
    puts[what].set(independentId(bytes), bytes)
    if (what === 'stored' && puts.stored.size === enough) {
      void someMoment(context).then(() => child.kill())
    }
  }
  const { signal } = await child.exit
  assert.equal(signal, 'SIGKILL', 'the process ended before it was killed')
  return puts
}

/** Whether an artifact is there; what is there must be whole. */
async function isWhole(store: ArtifactStore, id: ArtifactId, bytes: Uint8Array): Promise<boolean> {
  const result = await settle(store.get(id))
  if (result.status === 'rejected') {
    if (!hasCode(result.reason, 'artifact_not_found')) throw result.reason
    return false
  }
  assertSame(result.value, bytes)
  return true
}

export const CRASHES: readonly ConformanceCase<'artifacts'>[] = [
  {
    id: 'AS-27',
    subject: 'artifacts',
    level: 3,
    needs: ['processes'],
    title:
      'after kill -9 during puts each is whole or absent, none that was stored is lost, and all can be put again',
    why: 'A crash that leaves half an artifact at its address blocks that artifact for ever.',
    run: async (context) => {
      let lost = 0
      for (const round of upTo(context.rounds(5))) {
        const { begun, stored } = await killWhilePutting(context, round)
        const stores = await context.open()
        const { artifacts } = stores
        for (const [id, bytes] of begun) {
          const isThere = await isWhole(artifacts, id, bytes)
          assert.ok(isThere || !stored.has(id), `${id} was stored and is gone`)
          lost += isThere ? 0 : 1
          assert.equal(await artifacts.put('attachment', bytes), id)
        }
        await stores.close()
      }
      context.note(`${lost} puts were lost by kills, none of them acknowledged`)
    },
  },
]

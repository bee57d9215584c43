import type { Task } from '../../children/child.ts'
import { upTo } from '../support/samples.ts'
import type { PutNumber } from './numbered-artifact.ts'
import { numberedArtifact } from './numbered-artifact.ts'

/** Puts new artifacts in four lanes, and says of each that it was begun and that it was stored. */
export const task: Task = async (harness, given, say) => {
  const { scope, round, size } = given as {
    readonly scope: string
    readonly round: number
    readonly size: number
  } // from crashes
  const { artifacts } = await harness.open(scope)
  if (artifacts === undefined) throw new Error('open gave no artifacts')
  const putForEver = async (lane: number): Promise<never> => {
    for (let number = 0; ; number++) {
      const put: PutNumber = [size, round, lane, number]
      say(['begun', put])
      await artifacts.put('attachment', numberedArtifact(put))
      say(['stored', put])
    }
  }
  await Promise.all(upTo(4).map(putForEver))
}

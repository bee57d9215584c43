import type { RunId } from '@mfm/core-types'
import type { OpenedStores } from '../../harness.ts'
import { eachPort, requireEach } from '../support/each-port.ts'
import { bytesOf, collect, counted, idOf, seqsOf, upTo } from '../support/samples.ts'

/** Writes the ten events, the binding and the artifact of a round, counted from 1, to whatever ports there are. */
export async function writeRound(stores: OpenedStores, run: RunId, round: number): Promise<void> {
  const after = (round - 1) * 10
  await Promise.all(
    eachPort<Promise<unknown>>(stores, {
      events: (events) => events.append(run, after, counted({ run, after }, 10)),
      artifacts: (artifacts) => artifacts.put('output', bytesOf(`artifact ${round}`)),
      facts: (facts) => facts.bindIfUnset(run, `key ${round}`, idOf(`${round}`)),
    }),
  )
}

/** Fails unless what {@link writeRound} wrote in the first `rounds` rounds is there, and nothing of the next one. */
export async function requireRounds(
  stores: OpenedStores,
  run: RunId,
  rounds: number,
): Promise<void> {
  const artifactIds = upTo(rounds + 1).map((round) => idOf(`artifact ${round}`))
  await requireEach(
    stores,
    {
      events: (events) => seqsOf(events, run),
      artifacts: (artifacts) => Promise.all(artifactIds.map((id) => artifacts.exists(id))),
      facts: async (facts) => new Map(await collect(facts.entries(run))),
    },
    {
      events: upTo(rounds * 10),
      artifacts: artifactIds.map((_, index) => index < rounds),
      facts: new Map(upTo(rounds).map((round) => [`key ${round}`, idOf(`${round}`)])),
    },
  )
}

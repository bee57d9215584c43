import type { ConformanceCase } from '../../case.ts'
import { ARTIFACT_STEPS, lookAtArtifacts } from '../../models/artifact-steps.ts'
import { checkModel } from '../../models/check-model.ts'
import { COMMIT_STEPS } from '../../models/commit-steps.ts'
import { EVENT_STEPS, lookAtEvents } from '../../models/event-steps.ts'
import { FACT_STEPS, lookAtFacts } from '../../models/fact-steps.ts'

const EVENTS: ConformanceCase<'events'> = {
  id: 'ES-14',
  subject: 'events',
  level: 0,
  title: 'any sequence of calls, refusals and reopenings is answered as the model does',
  why: 'A stored event that changes, or a head that jumps, shows only after a certain sequence.',
  run: (context) =>
    checkModel(context, { steps: EVENT_STEPS, look: lookAtEvents, sequences: 60, longest: 40 }),
}

const ARTIFACTS: ConformanceCase<'artifacts'> = {
  id: 'AS-07m',
  subject: 'artifacts',
  level: 0,
  title: 'any sequence of puts, gets and erasures is answered as the model does',
  why: 'A cache or a batch that forgets what another call did shows only after a certain sequence.',
  run: (context) =>
    checkModel(context, {
      steps: ARTIFACT_STEPS,
      look: lookAtArtifacts,
      sequences: 30,
      longest: 25,
    }),
}

const FACTS: ConformanceCase<'facts'> = {
  id: 'FI-06m',
  subject: 'facts',
  level: 0,
  title: 'any sequence of binds and unbinds is answered as the model does',
  why: 'A binding that comes back, or that outlives its unbinding, shows only after a certain sequence.',
  run: (context) =>
    checkModel(context, { steps: FACT_STEPS, look: lookAtFacts, sequences: 60, longest: 40 }),
}

const COMMITS: ConformanceCase<'all'> = {
  id: 'ES-39m',
  subject: 'all',
  level: 0,
  title:
    'any sequence of commits over all three ports and of single calls is answered as the model does',
  why: 'A commit that writes one port and not another shows only beside single calls.',
  run: (context) =>
    checkModel(context, {
      steps: [...COMMIT_STEPS, ...EVENT_STEPS, ...FACT_STEPS, ...ARTIFACT_STEPS],
      look: async (world, stores) => {
        await lookAtEvents(world, stores)
        await lookAtFacts(world, stores)
        await lookAtArtifacts(world, stores)
      },
      sequences: 40,
      longest: 40,
    }),
}

/** Random sequences against the reference models. */
export const MODEL_CASES: readonly ConformanceCase[] = [EVENTS, ARTIFACTS, FACTS, COMMITS]

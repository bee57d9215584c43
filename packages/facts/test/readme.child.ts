import type { RunId, StateId } from '@mfm/core-types'
import { AttemptCounters, askCall, derivedKey } from '@mfm/facts'

const runId = '11111111-2222-4333-8444-555555555555' as RunId
const scope = { runId, stateId: 'demo.main.fetch' as StateId, attempt: 0 }
const counters = new AttemptCounters()
const call = { namespace: 'http', request: { path: '/price' } }

console.log(derivedKey('now_millis', scope, counters.nextDerived()))
console.log(askCall(call, undefined, { scope, counters }).key)
console.log(askCall(call, undefined, { scope, counters }).key) // ends with |occ:1

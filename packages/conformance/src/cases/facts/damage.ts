import assert from 'node:assert/strict'
import { isMfmError } from '@mfm/errors'
import type { ConformanceCase } from '../../case.ts'
import type { FactDamage } from '../../harness.ts'
import { collect, idOf, newRun } from '../support/samples.ts'
import { settle } from '../support/settled.ts'

const DAMAGES: readonly FactDamage[] = [
  { kind: 'text', text: '' },
  { kind: 'text', text: 'not an id' },
  { kind: 'text', text: 'A'.repeat(64) },
  { kind: 'text', text: 'a'.repeat(63) },
  { kind: 'foreign_type' },
]

async function requireCorruption(work: Promise<unknown>, what: string): Promise<void> {
  const result = await settle(work)
  assert.ok(result.status === 'rejected', `${what} gave an answer`)
  const { reason } = result
  assert.ok(isMfmError(reason) && reason.kind === 'corruption', `${what}: ${String(reason)}`)
}

export const DAMAGED: readonly ConformanceCase<'facts'>[] = [
  {
    id: 'FI-18',
    subject: 'facts',
    level: 1,
    needs: ['backdoor.writeFact'],
    title: 'a foreign type or a malformed id where a binding is kept is reported as corruption',
    why: 'What is no id must not become one, and not take the process down.',
    run: async (context) => {
      const { scope, backdoor } = context
      const writer = await context.open()
      for (const damage of DAMAGES) {
        const [run, neighbour] = [newRun(context), newRun(context)]
        for (const one of [run, neighbour]) await writer.facts.bindIfUnset(one, 'k', idOf('a'))
        await backdoor.writeFact(scope, run, 'k', damage)
        const { facts } = await context.open()
        const name = JSON.stringify(damage)
        await requireCorruption(facts.get(run, 'k'), `get of ${name}`)
        await requireCorruption(facts.bindIfUnset(run, 'k', idOf('b')), `bind over ${name}`)
        await requireCorruption(collect(facts.entries(run)), `entries with ${name}`)
        const unbound = await settle(facts.unbindIfMatches(run, 'k', idOf('a')))
        const isRemoved = unbound.status === 'fulfilled' && unbound.value
        assert.equal(isRemoved, false, `${name} was removed as if it were the id`)
        assert.equal(await facts.get(neighbour, 'k'), idOf('a'))
      }
    },
  },
]

import type { EventEnvelope, RunEvent } from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import { Progress } from './progress.ts'

const STATE = 'dependency_audit.main.ask_registry'

function events(): EventEnvelope[] {
  const entered = (local: string): unknown => ({
    type: 'state_entered',
    stateId: `dependency_audit.main.${local}`,
  })
  const fact = (namespace: string, outcome = 'answered'): unknown => ({
    type: 'fact_recorded',
    meta: { v: 1, namespace, outcome },
  })
  return [
    entered('collect_manifests'),
    fact('local'),
    { type: 'domain', name: 'dependencies_found', payload: { dependencies: 2, questions: 2 } },
    entered('ask_registry'),
    fact('http'),
    fact('http', 'failed'),
    { type: 'state_failed', stateId: STATE, error: { message: 'no answer' } },
    entered('ask_registry'),
    fact('http'),
    entered('report'),
  ].map((event) => ({ event: event as RunEvent }) as EventEnvelope) // only what progress looks at
}

function written(isTTY: boolean): string {
  let text = ''
  const progress = new Progress({
    isTTY,
    write: (part) => {
      text += part
    },
  })
  for (const envelope of events()) progress.follow(envelope)
  progress.clear()
  return text
}

describe('progress', () => {
  it('is a few plain lines where nobody watches', () => {
    expect(written(false).split('\n')).toEqual([
      'reading the manifests',
      '2 dependencies to ask the registry about',
      'asking the registry: 0 of 2 answers recorded',
      'ask_registry failed: no answer',
      'asking the registry: 1 of 2 answers recorded',
      'asking the registry: 2 of 2 answers recorded',
      '',
    ])
  })

  it('is one line that moves on a terminal, and is gone at the end', () => {
    const text = written(true)
    expect(text).toContain('\r\u001b[2Kasking the registry: 1 of 2 answers recorded')
    expect(text.endsWith('\r\u001b[2K')).toBe(true)
    expect(text.split('\n')).toHaveLength(3)
  })
})

import type { Durability } from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import type { PortReport } from '../output-schemas/doctor-document.ts'
import { changesFor } from './examine.ts'

const report = (
  port: PortReport['port'],
  durability: Durability | null,
  more: Partial<PortReport> = {},
): PortReport => ({
  port,
  url: 'memory:',
  adapter: { name: 'store-x', version: '0.0.0' },
  product: null,
  state: 'ready',
  error: null,
  durability,
  capabilities: [],
  conformance: null,
  promises: [],
  limits: [],
  ...more,
})

const portsToChange = (...reports: readonly PortReport[]): readonly string[] =>
  changesFor(reports).map(({ port }) => port)

describe('what must be changed', () => {
  it.each([
    ['disk', 'disk'],
    ['disk', 'replicated'],
    ['replicated', 'disk'],
    ['none', 'none'],
    ['none', 'disk'],
  ] as const)('is nothing with events on %s and artifacts on %s', (events, artifacts) => {
    expect(portsToChange(report('events', events), report('artifacts', artifacts))).toEqual([])
  })

  it.each([
    ['disk', 'none', ['artifacts']],
    ['disk', 'process', ['artifacts', 'artifacts']],
    ['process', 'none', ['events', 'artifacts']],
  ] as const)('with events on %s and artifacts on %s is %j', (events, artifacts, expected) => {
    const changes = portsToChange(report('events', events), report('artifacts', artifacts))
    expect(changes).toEqual(expected)
  })

  it('is nothing about facts, which the stream has', () => {
    expect(portsToChange(report('events', 'disk'), report('facts', 'none'))).toEqual([])
    expect(portsToChange(report('events', 'disk'), report('facts', 'process'))).toEqual([])
  })

  it('is the way out of what a server was refused for, else what was wrong', () => {
    const error = { code: 'store_unsuitable', message: 'wrong', help: 'Mend it.' }
    const refused = report('facts', null, { state: 'refused', error })
    expect(changesFor([refused])).toEqual([{ port: 'facts', change: 'Mend it.' }])
    const helpless = report('facts', null, { state: 'refused', error: { ...error, help: null } })
    expect(changesFor([helpless])).toEqual([{ port: 'facts', change: 'wrong' }])
  })

  it('is nothing that is known while a server is away', () => {
    const error = { code: 'store_unavailable', message: 'down', help: null }
    expect(changesFor([report('facts', null, { state: 'unreachable', error })])).toEqual([])
  })
})

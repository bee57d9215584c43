import type { RunId, StateId } from '@mfm/core-types'
import type { DifferenceKind } from '@mfm/engine'
import { DIFFERENCE_KINDS } from '@mfm/engine'
import { describe, expect, it } from 'vitest'
import type { FoundIn } from './next-command.ts'
import { tellDifference } from './next-command.ts'

const RUN = '11111111-2222-4333-8444-555555555555' as RunId
const STATE = 'shop.main.quote' as StateId

const difference = {
  stateId: STATE,
  attempt: 0,
  call: null,
  seq: 7,
  message: 'it differs',
  pointers: [
    { pointer: '/context/new', produced: 1 },
    { pointer: "/context/it's here", recorded: 1 },
  ],
  location: { today: null, recorded: null },
  nearest: [],
  error: null,
} as const

const found: FoundIn = { command: 'verify', runId: RUN, storeOptions: '', workflow: undefined }

const FORK = `mfm fork ${RUN} --at ${STATE} --live`
const EVENTS = `mfm events ${RUN} --from 7 --to 7`
const REPLAY = `mfm replay ${RUN}`

const COMMANDS: Readonly<Record<DifferenceKind, string>> = {
  missing: FORK,
  exhausted: FORK,
  diverged: FORK,
  refused: FORK,
  unused: EVENTS,
  order_changed: `mfm verify ${RUN} --divergence allow-reordered`,
  ambient: `mfm verify ${RUN} --ambient warn`,
  plan_changed: REPLAY,
  input_changed: REPLAY,
  output_changed: REPLAY,
  context_changed: `mfm why ${RUN} '/it'\\''s here' --at ${STATE}`,
  outcome_changed: EVENTS,
  event_changed: EVENTS,
}

describe('the command to try next', () => {
  it.each(DIFFERENCE_KINDS)('after %s', (kind) => {
    expect(tellDifference({ ...difference, kind }, found).command).toBe(COMMANDS[kind])
  })

  it('repeats how the run and the code were found', () => {
    const place = {
      ...found,
      command: 'replay',
      storeOptions: ' --store x',
      workflow: 'a b.ts',
    } as const
    const commandOf = (kind: DifferenceKind): string | null =>
      tellDifference({ ...difference, kind }, place).command
    expect(commandOf('missing')).toBe(`${FORK} --with 'a b.ts' --store x`)
    expect(commandOf('order_changed')).toBe(
      `mfm replay ${RUN} --divergence allow-reordered --workflow 'a b.ts' --store x`,
    )
    expect(commandOf('unused')).toBe(`${EVENTS} --store x`)
  })

  it('accepts a recorded answer, and no recorded value', () => {
    const error = { category: 'rpc', retryable: false, message: '', details: null } as const
    const told = (code: string): string | null =>
      tellDifference({ ...difference, kind: 'diverged', error: { ...error, code } }, found).command
    expect(told('fact_diverged')).toBe(`mfm verify ${RUN} --divergence accept-recorded`)
    expect(told('fact_payload_conflict')).toBe(FORK)
  })

  it('asks for no event and no context where there is none', () => {
    const events = { ...difference, kind: 'event_changed', seq: null } as const
    expect(tellDifference(events, found).command).toBe(`mfm events ${RUN}`)
    const context = { ...difference, kind: 'context_changed', pointers: [] } as const
    expect(tellDifference(context, found).command).toBe(REPLAY)
  })

  it('is none for a run that nobody can find', () => {
    expect(tellDifference({ ...difference, kind: 'missing' }, undefined).command).toBeNull()
  })
})

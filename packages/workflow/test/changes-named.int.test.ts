import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { DivergencePolicy, JsonValue, RunId, Stores } from '@mfm/core-types'
import { DIVERGENCE_POLICIES } from '@mfm/core-types'
import type { Difference, DifferencePlace, ReplayNote, ReplayReport } from '@mfm/engine'
import { TransportRouter } from '@mfm/io-live'
import { openMemoryStores } from '@mfm/store-memory'
import { httpTransport } from '@mfm/transport-http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runWorkflow, verifyWorkflow } from '../src/index.ts'
import { CHANGES } from './changes.fixture.ts'
import type { ShopCode } from './shop.fixture.ts'
import { shop } from './shop.fixture.ts'

const RUN = '11111111-2222-4333-8444-555555555555' as RunId
const DOCUMENT = new URL('../../../docs/changes-named.md', import.meta.url)

let server: Server
const stores: Stores = openMemoryStores()

beforeAll(async () => {
  server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end('{"net":{"price":2.5},"price":3}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // What `address` gives for a server that listens on a port.
  const { port } = server.address() as AddressInfo
  const transport = new TransportRouter({
    http: httpTransport({ endpoints: { shop: `http://127.0.0.1:${port}` } }),
    warehouse: { call: async () => ({ response: 4 }) },
  })
  const input = { item: 'tea', amount: 2 }
  const { phase } = await runWorkflow(shop(), { stores, transport, input, runId: RUN })
  expect(phase).toBe('completed')
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const verify = async (
  code: Partial<ShopCode>,
  divergence?: DivergencePolicy,
): Promise<ReplayReport> => await verifyWorkflow(shop(code), { stores, runId: RUN, divergence })

/** What is said first, be it a part of the verdict or not. */
function firstSaid({
  differences,
  allowed,
  notes,
}: ReplayReport): Difference | ReplayNote | undefined {
  return differences[0] ?? allowed[0] ?? notes[0]
}

const stateOf = (said: Difference | ReplayNote): string | null =>
  'stateId' in said && said.stateId !== null ? said.stateId.replace('shop.main.', '') : null

describe('what verify says of a change', () => {
  it('is nothing of code that did not change', async () => {
    expect(await verify({})).toMatchObject({ verdict: 'identical', notes: [] })
  })

  it.each(CHANGES)('$what', async ({ code, said, verdict = 'different' }) => {
    const report = await verify(code)
    const first = firstSaid(report)
    const told = first && [first.kind, stateOf(first), first.pointers[0]?.pointer]
    expect(told ?? 'identical').toEqual(said)
    const isSame = said === 'identical' || said[0] === 'settings_changed'
    expect(report.verdict).toBe(isSame ? 'identical' : verdict)
  })

  it('is what the documentation shows', async () => {
    const rows = await Promise.all(
      CHANGES.map(async ({ what, code }) => rowOf(what, await verify(code))),
    )
    const byPolicy: string[] = []
    for (const { what, code, said } of CHANGES) {
      if (CALLS.has(said[0])) byPolicy.push(await policyRow(what, code))
    }
    await expect(documentOf(rows, byPolicy)).toMatchFileSnapshot(DOCUMENT.pathname)
  })
})

/** Kinds that a policy can let pass. */
const CALLS: ReadonlySet<string> = new Set([
  'missing',
  'exhausted',
  'diverged',
  'unused',
  'order_changed',
])

async function policyRow(what: string, code: Partial<ShopCode>): Promise<string> {
  const verdicts: string[] = []
  for (const policy of DIVERGENCE_POLICIES) verdicts.push((await verify(code, policy)).verdict)
  return `| ${[what, ...verdicts].join(' | ')} |`
}

function rowOf(what: string, report: ReplayReport): string {
  const said = firstSaid(report)
  const place = said?.pointers[0]
  const cells = [
    what,
    report.verdict,
    said === undefined ? '' : code(said.kind),
    said === undefined ? '' : code(stateOf(said) ?? ''),
    place === undefined ? '' : code(place.pointer),
    place === undefined ? '' : changeOf(place),
  ]
  return `| ${cells.join(' | ')} |`
}

function changeOf({ recorded, produced }: DifferencePlace): string {
  const shown = (value: JsonValue | undefined): string =>
    value === undefined ? 'absent' : code(cut(JSON.stringify(value)))
  return `${shown(recorded)} → ${shown(produced)}`
}

const cut = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text)

const code = (text: string): string => (text === '' ? '' : `\`${text.replaceAll('|', '\\|')}\``)

function documentOf(rows: readonly string[], byPolicy: readonly string[]): string {
  return `# What verify says of a change

A run of a small workflow was recorded: it asks a warehouse to hold a piece, under a key of its own, and a shop for a
price; it asks the warehouse for its stock in two places, notes the time, draws a number, and adds up. Then one thing in
its code or its settings was changed, and \`verify\` asked about the recorded run. This page is what it said first; a test
writes it and fails where it is no longer true.

Kinds and pointers are explained in [the report](../packages/engine/src/replay/replay-report.ts). What is identical is
so with reason: the value of a secret is in no record, a recorded input holds the defaults of its day, and a replay
takes the settings that were recorded, so other settings are told and change nothing.

| Change | Verdict | Kind | State | Place | Recorded → today |
|---|---|---|---|---|---|
${rows.join('\n')}

## The same changes under each divergence policy

What \`verify --divergence <policy>\` says of those changes that are about calls. [Divergence policies](divergence.md) says
what each of them lets pass, and why.

| Change | ${DIVERGENCE_POLICIES.map((policy) => code(policy)).join(' | ')} |
|---|---|---|---|---|---|
${byPolicy.join('\n')}
`
}

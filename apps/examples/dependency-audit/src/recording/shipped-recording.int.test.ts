import { readFile } from 'node:fs/promises'
import { openSqliteStores } from '@mfm/store-sqlite'
import { replayWorkflow, verifyWorkflow } from '@mfm/workflow'
import { describe, expect, it } from 'vitest'
import audit from '../dependency-audit.workflow.ts'
import { SocketDenial } from '../start/deny-sockets.ts'
import { importRecording } from './import-recording.ts'
import { shippedRecordingFile } from './shipped-recording.ts'

const content = await readFile(shippedRecordingFile, 'utf8')

describe('the shipped recording', () => {
  it('is small, and names no host and no folder of a machine', () => {
    expect(content.length).toBeLessThan(300_000)
    expect(content).not.toMatch(/:\/\/|localhost|\b\d{1,3}(\.\d{1,3}){3}\b|www\./)
    expect(content).not.toMatch(/"(\/(home|root|work|tmp|Users|usr|opt|var)\b|[A-Z]:\\)/)
    expect(content).not.toMatch(/[a-z0-9-]+\.(com|org|net|io|dev|cloud|local|internal)\b/i)
  })

  it('is replayed and verified without network', async () => {
    await using stores = await openSqliteStores({ path: ':memory:' })
    using denial = new SocketDenial()
    const runId = await importRecording(stores, content)
    const replayed = await replayWorkflow(audit, { stores, runId })
    const verified = await verifyWorkflow(audit, { stores, runId })
    expect(replayed.verdict).toBe('identical')
    expect(verified.differences).toEqual([])
    expect(verified.verdict).toBe('identical')
    expect(verified.counts.unusedFacts).toBe(0)
    expect(verified.output?.counts.dependencies).toBeGreaterThan(10)
    expect(verified.output).toEqual(replayed.output)
    expect(denial.attempts).toBe(0)
  })

  it('can be put into a store twice', async () => {
    await using stores = await openSqliteStores({ path: ':memory:' })
    const runId = await importRecording(stores, content)
    expect(await importRecording(stores, content)).toBe(runId)
    const { items } = await stores.events.listRuns()
    expect(items).toMatchObject([{ runId, phase: 'completed', opId: 'dependency_audit' }])
  })

  it('is refused when an answer in it was changed', async () => {
    await using stores = await openSqliteStores({ path: ':memory:' })
    const changed = content.replace('"licence\\":\\"MIT', '"licence\\":\\"ISC')
    expect(changed).not.toBe(content)
    await expect(importRecording(stores, changed)).rejects.toMatchObject({
      code: 'recording_damaged',
    })
    expect((await stores.events.listRuns()).items).toEqual([])
  })

  it('is refused when an event is missing', async () => {
    await using stores = await openSqliteStores({ path: ':memory:' })
    const lines = content.split('\n')
    const cut = lines.toSpliced(lines.length - 4, 1).join('\n')
    await expect(importRecording(stores, cut)).rejects.toMatchObject({
      code: 'event_store_corruption',
    })
    expect((await stores.events.listRuns()).items).toEqual([])
  })
})

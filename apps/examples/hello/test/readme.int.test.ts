import { readFile } from 'node:fs/promises'
import { openMemoryStores } from '@mfm/store-memory'
import { runWorkflow, verifyWorkflow } from '@mfm/workflow'
import { describe, expect, it } from 'vitest'
import hello from '../src/hello.workflow.ts'

describe('the workflow of the README', () => {
  it('is the one of the example, as written', async () => {
    const readme = await readFile(new URL('../../../../README.md', import.meta.url), 'utf8')
    const source = await readFile(new URL('../src/hello.workflow.ts', import.meta.url), 'utf8')
    expect(readme).toContain(`\`\`\`ts\n${source}\`\`\``)
  })

  it('runs and verifies', async () => {
    const stores = openMemoryStores()
    const { runId, output } = await runWorkflow(hello, { stores, input: 'Ada' })
    expect(output).toMatch(/^Good (morning|day), Ada\. Your number is \d{1,2}\.$/)
    expect((await verifyWorkflow(hello, { stores, runId })).verdict).toBe('identical')
  })
})

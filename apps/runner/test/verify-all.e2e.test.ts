import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  errorDocumentSchema,
  runDocumentSchema,
  verifyAllDocumentSchema,
  verifyAllRowSchema,
} from '@mfm/runner'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Greeter } from './greeter.ts'
import type { MfmResult } from './mfm.ts'
import { document, documents, mfm } from './mfm.ts'
import { TemporaryProject, WORKFLOW } from './temporary-project.ts'

let greeter: Greeter
let project: TemporaryProject
const runs: Record<string, string> = {}

const call = async (...args: readonly string[]): Promise<MfmResult> =>
  await mfm(args, { cwd: project.root, env: { MFM_ENDPOINT_GREETER: greeter.address } })

const start = async (input: object, workflow = WORKFLOW): Promise<string> => {
  const result = await call('run', workflow, '--input', JSON.stringify(input), '-o', 'json')
  return document(runDocumentSchema, result).runId
}

beforeAll(async () => {
  greeter = await Greeter.start()
  project = await TemporaryProject.create()
  await project.put('old.workflow.ts', await readFile(join(project.root, WORKFLOW), 'utf8'))
  Object.assign(runs, {
    ada: await start({ name: 'Ada' }),
    failed: await start({ name: 'Bob', mode: 'fail' }),
    lost: await start({ name: 'Eve' }, 'old.workflow.ts'),
  })
  await call('run', WORKFLOW, '--input', '{"name":"Tim","mode":"stall"}')
})
afterAll(async () => {
  await greeter[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
})

describe('mfm verify --all', () => {
  it('is done where every finished run is identical, also one that failed', async () => {
    const before = greeter.requests.length
    const json = await call('verify', '--all', '-o', 'json')
    expect(json).toMatchObject({ code: 0, stderr: '' })
    expect(document(verifyAllDocumentSchema, json)).toMatchObject({
      runs: [{ runId: runs['lost'] }, { runId: runs['failed'] }, { runId: runs['ada'] }],
      counts: { identical: 3, different: 0, unknown_workflow: 0, refused: 0 },
      unfinished: 1,
    })
    expect(greeter.requests).toHaveLength(before)
  })

  it('gives each run a row with what is wrong, and fails', async () => {
    await project.edit("'/greet'", "'/welcome'")
    await rm(join(project.root, 'old.workflow.ts'))
    const lines = await call('verify', '--all', '-o', 'jsonl')
    expect(lines.code).toBe(1)
    expect(documents(verifyAllRowSchema, lines)).toMatchObject([
      {
        runId: runs['lost'],
        workflow: 'old.workflow.ts',
        verdict: 'unknown_workflow',
        error: { code: 'workflow_not_found' },
      },
      { runId: runs['failed'], workflow: WORKFLOW, verdict: 'identical', difference: null },
      {
        runId: runs['ada'],
        verdict: 'different',
        difference: {
          kind: 'missing',
          stateId: 'greet.main.ask',
          pointers: [
            {
              pointer: '/request/path',
              recorded: '/greet?name=Ada',
              produced: '/welcome?name=Ada',
            },
          ],
        },
        error: null,
      },
    ])
    const text = await call('verify', '--all')
    expect(text.code).toBe(1)
    expect(text.stdout).toContain('missing  greet.main.ask  at /request/path')
    expect(text.stderr).toContain('1 identical, 1 different, 1 unknown_workflow')
    expect(text.stderr).toMatch(new RegExp(`next:\\n  mfm verify ${runs['ada']}\\n$`))
    await project.edit("'/welcome'", "'/greet'")
  })

  it('holds the runs of an op against the workflow that is named', async () => {
    await project.put(
      'new.workflow.ts',
      (await readFile(join(project.root, WORKFLOW), 'utf8')).replace("'1.0.0'", "'2.0.0'"),
    )
    const found = await call('verify', '--all', '--workflow', 'new.workflow.ts', '-o', 'json')
    expect(found.code).toBe(1)
    const { runs: rows, counts } = document(verifyAllDocumentSchema, found)
    expect(counts).toMatchObject({ refused: 3 })
    expect(rows[0]).toMatchObject({ verdict: 'refused', error: { code: 'plan_op_mismatch' } })
  })

  it('takes a run or --all, and not both', async () => {
    for (const args of [['verify'], ['verify', runs['ada'] ?? '', '--all']]) {
      const { code, stderr } = await call(...args, '-o', 'json')
      expect(code).toBe(2)
      expect(errorDocumentSchema.parse(JSON.parse(stderr)).error.kind).toBe('invalid_input')
    }
  })
})

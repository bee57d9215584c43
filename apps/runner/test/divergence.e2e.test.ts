import { execFile } from 'node:child_process'
import { chmod, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import {
  replayDocumentSchema,
  runDetailsDocumentSchema,
  runDocumentSchema,
  verifyAllDocumentSchema,
} from '@mfm/runner'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Greeter } from './greeter.ts'
import type { MfmResult } from './mfm.ts'
import { document, mfm } from './mfm.ts'
import { TemporaryProject } from './temporary-project.ts'

const FIXTURE = new URL('./fixtures/quote.workflow.ts', import.meta.url)
const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const WORKFLOW = 'quote.workflow.ts'
const STOCK = "const stock = io.fetch({ endpoint: 'greeter', path: '/stock' })"

let greeter: Greeter
let project: TemporaryProject
let runId = ''

const env = (): Record<string, string> => ({
  MFM_ENDPOINT_GREETER: greeter.address,
  MFM_SECRET_FIRST: 'the-first-secret-value',
  MFM_SECRET_SECOND: 'the-second-secret-value',
})
const call = async (...args: readonly string[]): Promise<MfmResult> =>
  await mfm(args, { cwd: project.root, env: env() })

/** Runs a command line as a person would who copies it. */
async function paste(line: string | undefined): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['-c', line ?? 'false'], {
    cwd: project.root,
    env: { ...env(), PATH: `${project.root}:${process.env['PATH']}`, HOME: project.root },
  })
  return stdout
}

const nextOf = ({ stdout }: MfmResult): (string | undefined)[] =>
  [...stdout.matchAll(/^ {2}next: (.*)$/gm)].map(([, command]) => command)

async function start(input: object): Promise<MfmResult> {
  return await call('run', WORKFLOW, '--input', JSON.stringify(input), '-o', 'json')
}

/** Puts a version of the workflow beside it, in which one place reads otherwise. */
async function variant(name: string, ...edits: readonly (readonly [string, string])[]) {
  let text = await readFile(FIXTURE, 'utf8')
  for (const [before, after] of edits) {
    if (!text.includes(before)) throw new Error(`the workflow does not say ${before}`)
    text = text.replace(before, after)
  }
  await project.put(`${name}.workflow.ts`, text)
  return ['--workflow', `${name}.workflow.ts`]
}

beforeAll(async () => {
  greeter = await Greeter.start()
  project = await TemporaryProject.create()
  await project.put(WORKFLOW, await readFile(FIXTURE, 'utf8'))
  await project.put(
    'mfm',
    `#!/bin/sh\nexec '${process.execPath}' --conditions=@mfm/source '${MAIN}' "$@"\n`,
  )
  await chmod(join(project.root, 'mfm'), 0o755)
  runId = document(runDocumentSchema, await start({ name: 'Ada' })).runId
})
afterAll(async () => {
  await greeter[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
})

describe('the command that a difference ends with', () => {
  const rows: readonly {
    readonly kind: string
    readonly edits: readonly (readonly [string, string])[]
    readonly command: string
    readonly gives: RegExp
  }[] = [
    {
      kind: 'missing',
      edits: [['/stock', '/store']],
      command: 'mfm fork RUN --at quote.main.ask --live --with missing.workflow.ts',
      gives: /phase {3}completed/,
    },
    {
      kind: 'unused',
      edits: [[STOCK, 'const stock = null']],
      command: 'mfm events RUN --from 4 --to 4',
      gives: /fact_recorded.* http {2}answered/,
    },
    {
      kind: 'output_changed',
      edits: [['output: quote', 'output: stamp']],
      command: 'mfm replay RUN --workflow output_changed.workflow.ts',
      gives: /replay {2}completed/,
    },
  ]

  it.each(rows)('of the kind $kind works as it is', async ({ kind, edits, command, gives }) => {
    const named = await variant(kind, ...edits)
    const text = await call('verify', runId, ...named)
    expect(text.stdout).toMatch(new RegExp(`^${kind}: `, 'm'))
    const [first] = nextOf(text)
    expect(first).toBe(command.replace('RUN', runId))
    expect(await paste(first)).toMatch(gives)
  })

  it('takes the recorded answer where a key is asked with another request', async () => {
    const named = await variant(
      'diverged',
      ['size: again ? tries : 1', 'size: 2'],
      ["secret('first')", "secret('second')"],
    )
    const text = await call('verify', runId, ...named)
    expect(text.code).toBe(3)
    expect(text.stdout).not.toContain('secret-value')
    for (const line of [
      '  state     quote.main.ask attempt 0',
      '  call      #0.0  http',
      '  key       quote',
      '  asked at  diverged.workflow.ts:18:29',
      '  at /request/body/json/size',
      '    recorded  1',
      '    produced  2',
      '    recorded  "[secret:first]"',
      '    produced  "[secret:second]"',
      '  nearest  quote.main.ask #0.0  quote',
      '    at /body/json/size  recorded 1, asked 2',
    ]) {
      expect(text.stdout.split('\n')).toContain(line)
    }
    expect(nextOf(text)).toEqual([
      `mfm verify ${runId} --divergence accept-recorded --workflow diverged.workflow.ts`,
    ])
    expect(await paste(nextOf(text)[0])).toMatch(/^allowed {2}diverged: /m)
    const json = await call('verify', runId, ...named, '-o', 'json')
    expect(document(replayDocumentSchema, json)).toMatchObject({
      runId,
      verdict: 'different',
      divergence: 'strict',
      differences: [
        {
          kind: 'diverged',
          location: { today: 'diverged.workflow.ts:18:29', recorded: null },
          nearest: [{ key: 'quote', ordinal: 0 }, { ordinal: 1 }],
          command: nextOf(text)[0],
        },
      ],
    })
  })
})

describe('--divergence', () => {
  it('decides what passes, of all runs as of one', async () => {
    const added = await variant('added', ['await stock\n', 'await stock\n    await io.uuid()\n'])
    const all = ['verify', '--all', ...added, '--divergence', 'allow-added', '-o', 'json']
    const found = await call(...all)
    const { counts, runs } = document(verifyAllDocumentSchema, found)
    expect(found.code).toBe(counts.different === 0 ? 0 : 1)
    expect(runs.find((row) => row.runId === runId)).toMatchObject({
      verdict: 'allowed',
      difference: { kind: 'missing', location: { today: 'added.workflow.ts:25:14' } },
    })
  })
})

describe('a run that stopped on a call', () => {
  it('says which, to whoever looks at it later, and how to go on', async () => {
    const result = await start({ name: 'Bob', again: true })
    expect(result.code).toBe(1)
    const { runId: stopped } = document(runDocumentSchema, result)
    const text = await call('show', stopped)
    expect(text.stdout).not.toContain('secret-value')
    expect(text.stdout).toMatch(/^diverged$/m)
    expect(text.stdout).toContain('  asked at  quote.workflow.ts:18:20')
    expect(text.stdout).toContain(
      '  at /request/body/json/size\n    recorded  1\n    produced  2\n',
    )
    const command = `mfm fork ${stopped} --at quote.main.ask --live --divergence rerun-if-changed`
    expect(nextOf(text)).toEqual([command])
    const details = document(runDetailsDocumentSchema, await call('show', stopped, '-o', 'json'))
    expect(details.divergence).toMatchObject({ kind: 'diverged', attempt: 1, command })
    const events = await call('events', stopped)
    expect(events.stdout).toMatch(/fact_diverged: .* at quote\.workflow\.ts:18:20$/m)
    expect(await paste(command)).toMatch(/phase {3}completed/)
  })
})

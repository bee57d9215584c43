import { execFile } from 'node:child_process'
import { mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const here = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

const OP = `import { defineOp, state } from '@mfm/workflow'
export default defineOp({ id: 'a', version: '1', states: [state('b', { run: () => undefined })] })
`

const FILES: Readonly<Record<string, string>> = {
  'good.ts': OP,
  'good.mjs': OP,
  'endpoints.mjs': `${OP}export const endpoints = { a: 'http://a', b: () => 'http://b' }\n`,
  'syntax.mjs': 'export const a = 1\nlet x = ;\n',
  'syntax.ts': 'export const a: number = 1\nlet x: = ;\n',
  'enum.ts': '\nexport enum A { B }\n',
  'no-export.mjs': "import { nope } from 'node:fs'\n",
  'throws.mjs': '\n\nnull.x\nexport {}\n',
  'imports-syntax.mjs': "import './syntax.mjs'\n",
  'imports-nothing.mjs': "import 'no-such-package'\n",
  'no-op.mjs': 'export default { a: 1 }\n',
  'no-default.mjs': OP.replace('export default', 'export const audit ='),
  'bad-endpoints.mjs': `${OP}export const endpoints = { a: 1 }\n`,
  'bad-plan.mjs': OP.replace("state('b', { run: () => undefined })", ''),
}

interface Outcome {
  readonly op?: string
  readonly endpoints?: readonly string[]
  readonly code?: string
  readonly message?: string
  readonly help?: string
}

let folder = ''
let outcomes = new Map<string, Outcome>()

const outcomeOf = (name: string): Outcome => outcomes.get(name) ?? {}

// Vitest loads modules in its own way; how Node fails is seen in a process of its own.
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'mfm-load-')))
  await symlink(here('../../node_modules'), join(folder, 'node_modules'))
  await Promise.all(
    Object.entries(FILES).map(([name, text]) => writeFile(join(folder, name), text)),
  )
  const names = Object.keys(FILES)
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--conditions=@mfm/source',
    here('load-workflow.child.ts'),
    ...names.map((name) => join(folder, name)),
  ])
  const list: readonly Outcome[] = JSON.parse(stdout)
  outcomes = new Map(names.map((name, index) => [name, list[index] ?? {}]))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

describe('the code of a workflow', () => {
  it.each(['good.ts', 'good.mjs'])('loads from %s', (name) => {
    expect(outcomeOf(name)).toEqual({ op: 'a', endpoints: [] })
  })

  it('may bring endpoints, as addresses or functions', () => {
    expect(outcomeOf('endpoints.mjs').endpoints).toEqual(['a', 'b'])
  })

  it.each([
    ['syntax.mjs', 2],
    ['syntax.ts', 2],
    ['enum.ts', 2],
    ['no-export.mjs', 1],
    ['throws.mjs', 3],
  ])('in %s is refused with file and line', (name, line) => {
    const { code, message } = outcomeOf(name)
    expect(code).toBe('workflow_invalid')
    expect(message).toContain(`${join(folder, name)}:${line}:`)
  })

  it.each(['imports-syntax.mjs', 'imports-nothing.mjs', 'no-op.mjs', 'bad-endpoints.mjs'])(
    'in %s is refused with the file',
    (name) => {
      const { code, message } = outcomeOf(name)
      expect(code).toBe('workflow_invalid')
      expect(message).toContain(join(folder, name))
    },
  )

  it('that exports a workflow by another name is told which', () => {
    const { code, help } = outcomeOf('no-default.mjs')
    expect(code).toBe('workflow_invalid')
    expect(help).toContain('export default audit')
  })

  it('keeps the refusal of a plan as it is', () => {
    expect(outcomeOf('bad-plan.mjs').code).toBe('invalid_plan')
  })
})

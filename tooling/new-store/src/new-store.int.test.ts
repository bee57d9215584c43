import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ALL_CASES, runCase, selectCases } from '@mfm/conformance'
import { expect, it } from 'vitest'
import harness from '../template/test/harness.ts'
import { newStore } from './new-store.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')

function withWorkspace(work: (root: string) => void): void {
  const root = mkdtempSync(join(tmpdir(), 'new-store-'))
  try {
    for (const file of ['tsconfig.json', 'tooling/fences/layers.ts']) {
      cpSync(join(ROOT, file), join(root, file), { recursive: true })
    }
    work(root)
  } finally {
    rmSync(root, { recursive: true })
  }
}

it('makes a package and enters it in every list', () => {
  withWorkspace((root) => {
    const paths = newStore(root, 'store-acme-db')
    expect(paths).toContain(join('packages', 'store-acme-db', 'test', 'conformance.int.test.ts'))
    for (const path of paths) expect(existsSync(join(root, path)), path).toBe(true)
    const texts = paths.map((path) => readFileSync(join(root, path), 'utf8')).join('\n')
    expect(texts).toContain('openAcmeDbStores')
    expect(texts).not.toMatch(/store-template|Template/)
    expect(readFileSync(join(root, 'tooling/fences/layers.ts'), 'utf8')).toContain(
      "\n  ['store-acme-db', 2],\n",
    )
    expect(readFileSync(join(root, 'tsconfig.json'), 'utf8')).toContain(
      '\n    { "path": "packages/store-acme-db" },\n',
    )
  })
})

it('refuses what is no name, and a name that is taken', () => {
  withWorkspace((root) => {
    for (const name of ['acme', 'store-', 'store-Acme', '../store-acme', 'store-a--b'])
      expect(() => newStore(root, name)).toThrow('no name')
    expect(existsSync(join(root, 'packages'))).toBe(false)
    newStore(root, 'index-acme')
    expect(() => newStore(root, 'index-acme')).toThrow('exists')
    expect(readdirSync(join(root, 'packages'))).toEqual(['index-acme'])
  })
})

it('every method is red on day one and names the paragraphs of the contract', async () => {
  const { exercised } = await selectCases(harness, ALL_CASES, { level: 0 })
  const texts: string[] = []
  for (const one of exercised) {
    const result = await runCase(harness, one)
    if (result.status === 'failed') texts.push(JSON.stringify(inside(result.error)))
  }
  for (const id of ['as-01', 'as-07', 'es-01', 'es-02', 'es-37', 'fi-01', 'fi-12'])
    expect(texts.join('\n')).toContain(`CONTRACT.md#${id}`)
  // What needs no backend is green: identifiers, options, closing.
  expect(texts.length).toBeLessThan(exercised.length)
  expect(texts.length).toBeGreaterThan(exercised.length / 2)
}, 60_000)

/** The details of an error and of all errors that it has inside. */
function inside(error: unknown): unknown[] {
  if (!(error instanceof Error)) return []
  const errors = error instanceof AggregateError ? error.errors : []
  return [Object(error).details, Object(error).actual?.details, error.message].concat(
    [error.cause, ...errors].flatMap(inside),
  )
}

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { expectedReport } from '../src/expected-report.ts'
import { harnessFiles, loadHarness, titled } from '../src/harnesses.ts'
import { kitPages, LEVELS_FILE, levelsText, withMatrix } from '../src/pages.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

it('the pages of the kit are as the kit would write them', async () => {
  for (const [path, text] of await kitPages(root)) {
    expect(await readFile(join(root, path), 'utf8')).toBe(text)
  }
})

it('the matrix of the README, and what the runner ships, are those of the harnesses', {
  timeout: 180_000,
}, async () => {
  const files = await harnessFiles(root)
  const reports = await Promise.all(
    files.map(async (file) => titled(await expectedReport(await loadHarness(root, file)), file)),
  )
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  expect(withMatrix(readme, reports)).toBe(readme)
  expect(levelsText(reports)).toBe(await readFile(join(root, LEVELS_FILE), 'utf8'))
})

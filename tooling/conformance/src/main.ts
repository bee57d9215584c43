// `npm run conformance`: runs the suite on every adapter, prints the matrix and writes it into the README, with the
// pages of the kit. With `--check` it writes nothing and fails where the committed files differ. With `--declared` it
// runs nothing: the matrix is the one that is true if no case fails, which the tests of the packages decide.
// `--only store-s3` keeps to harnesses whose path holds the text; what else is given goes to the suite.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ReportSummary } from '@mfm/conformance'
import { markdownMatrix } from '@mfm/conformance'
import { expectedReport } from './expected-report.ts'
import { harnessFiles, loadHarness, titled } from './harnesses.ts'
import { kitPages, LEVELS_FILE, levelsText, withMatrix } from './pages.ts'
import { runHarness } from './run-harness.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const given = process.argv.slice(2)
const isCheck = given.includes('--check')
const isDeclared = given.includes('--declared')
const onlyAt = given.indexOf('--only')
const only = onlyAt < 0 ? '' : (given[onlyAt + 1] ?? '')
const args = given.filter(
  (arg, index) =>
    arg !== '--check' &&
    arg !== '--declared' &&
    (onlyAt < 0 || (index !== onlyAt && index !== onlyAt + 1)),
)

const reports: ReportSummary[] = []
for (const file of await harnessFiles(root)) {
  if (!file.includes(only)) continue
  const report = isDeclared
    ? await expectedReport(await loadHarness(root, file))
    : await runHarness(root, file, args)
  reports.push(titled(report, file))
}
console.log(`\n${markdownMatrix(reports)}`)

const readme = join(root, 'README.md')
const pages = new Map(Array.from(await kitPages(root), ([path, text]) => [join(root, path), text]))
// A matrix of some adapters, or of some levels, is no matrix of the repository.
const isWhole = only === '' && args.length === 0
if (isWhole) pages.set(join(root, LEVELS_FILE), levelsText(reports))
if (isWhole) pages.set(readme, withMatrix(await readFile(readme, 'utf8'), reports))
const differing: string[] = []
for (const [path, text] of pages) {
  if ((await readFile(path, 'utf8').catch(() => '')) === text) continue
  differing.push(path)
  if (!isCheck) await writeFile(path, text)
}
for (const path of differing) console.log(`${isCheck ? 'differs' : 'written'}: ${path}`)

const failed = reports.filter((report) => report.failed.length > 0)
process.exitCode = failed.length > 0 || (isCheck && differing.length > 0) ? 1 : 0

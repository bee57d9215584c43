// pnpm new:store <name>
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { newStore } from './new-store.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const [name] = process.argv.slice(2)

if (name === undefined) {
  console.error('usage: pnpm new:store <name>, such as store-acme')
  process.exit(2)
}

/** Ends this process where the program fails. */
function run(program: string, ...args: readonly string[]): void {
  const { status } = spawnSync(program, args, { stdio: 'inherit', cwd: root })
  if (status !== 0) process.exit(status ?? 1)
}

const paths = newStore(root, name)
// Lines are longer or shorter now than they were in the template.
run(join(root, 'node_modules', '.bin', 'biome'), 'check', '--write', ...paths)
run(process.execPath, join(root, 'tooling', 'bootstrap', 'pnpm.mjs'), 'install')
for (const path of paths) console.log(path)
console.log(`
Everything is red, and each failure names the paragraph of the contract that it breaks:

  npx vitest run packages/${name}

Write packages/${name}/src/driver.ts until nothing is. docs/write-a-store.md tells how somebody did.`)

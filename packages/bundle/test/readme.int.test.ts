import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('the example of the README is a program', async () => {
  const program = new URL('readme.child.ts', import.meta.url)
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  expect(readme).toContain(`\`\`\`ts\n${await readFile(program, 'utf8')}\`\`\``)
  const args = ['--conditions=@mfm/source', program.pathname]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  expect(stdout).toBe('1 imported\n')
})

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

describe('the example of the README', () => {
  it('is a program, and prints the keys that the table shows', async () => {
    const program = new URL('../test/readme.child.ts', import.meta.url)
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    expect(readme).toContain(`\`\`\`ts\n${await readFile(program, 'utf8')}\`\`\``)
    const args = ['--conditions=@mfm/source', program.pathname]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    const key = /mfm:http\|state:demo\.main\.fetch\|req:[0-9a-f]{64}/.exec(stdout)?.[0]
    expect(stdout.trim().split('\n')).toEqual([
      'mfm:now_millis|run:11111111-2222-4333-8444-555555555555|state:demo.main.fetch|attempt:0|ord:0',
      key,
      `${key}|occ:1`,
    ])
  })
})

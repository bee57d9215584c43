import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { service } from '@mfm/services'
import { expect, it } from 'vitest'

const FOLDER = fileURLToPath(new URL('..', import.meta.url))

it('the example of the README runs and prints what it says', { timeout: 60_000 }, async () => {
  const readme = await readFile(`${FOLDER}README.md`, 'utf8')
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? ''
  const { url } = await service('redis')
  const program = example.replace('redis://127.0.0.1:6379', url)
  const options = ['--conditions=@mfm/source', '--input-type=module-typescript', '-']
  const child = spawn(process.execPath, options, { cwd: FOLDER })
  child.stdin.end(program)
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  expect(errors).toBe('')
  expect(output).toBe('true\ntrue\n')
  expect(program).toContain(url)
})

// Begins an artifact, says the name of its file, and never ends it.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newTemporaryName } from '../src/leftovers.ts'

const [path = ''] = process.argv.slice(2)
const name = newTemporaryName()
await writeFile(join(path, 'tmp', name), 'half of')
process.stdout.write(`${JSON.stringify(name)}\n`)
process.stdin.resume()

// Opens a store and puts one artifact of a size, without the rights of the superuser; says how it ended.
import { openFsArtifacts } from '../src/index.ts'
import { codeOf } from './temp-folder.ts'

const [path = '', size = ''] = process.argv.slice(2)
const NOBODY = 65_534
if (process.geteuid?.() === 0) process.seteuid?.(NOBODY)

async function put(): Promise<void> {
  await using artifacts = await openFsArtifacts({ path })
  await artifacts.put('attachment', Buffer.alloc(Number(size), 7))
}

process.stdout.write(`${JSON.stringify(await codeOf(put()))}\n`)

// Puts artifacts at once for ever; says each as soon as it is acknowledged.
import { openFsArtifacts } from '../src/index.ts'

const [path = '', size = '1000'] = process.argv.slice(2)
const artifacts = await openFsArtifacts({ path })

async function putForEver(lane: number): Promise<never> {
  for (let number = 0; ; number++) {
    const bytes = Buffer.alloc(Number(size), `${process.pid} ${lane} ${number} `)
    const id = await artifacts.put('attachment', bytes)
    process.stdout.write(`${JSON.stringify(id)}\n`)
  }
}

await Promise.all([1, 2, 3, 4].map(putForEver))

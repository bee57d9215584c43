// Packs every publishable package as it would be published and checks the tarballs with publint and attw.
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

const pack = async (destination: string): Promise<readonly string[]> => {
  const publishable = ['--filter', './packages/*', '--filter', '@mfm/runner']
  const pnpm = 'tooling/bootstrap/pnpm.mjs'
  const args = [pnpm, '-r', ...publishable, 'pack', '--pack-destination', destination]
  await run(process.execPath, args)
  return (await readdir(destination)).sort().map((name) => join(destination, name))
}

/** The output of a checker that found something, else undefined. */
const complaint = async (command: string, args: readonly string[]): Promise<string | undefined> => {
  try {
    await run(command, args)
    return undefined
  } catch (error) {
    const { stdout = '', stderr = '' } = Object(error)
    return `${command} ${args.join(' ')}\n${stdout}${stderr}`
  }
}

const checkTarball = async (tarball: string): Promise<readonly string[]> => {
  const attw = ['--profile', 'esm-only', '--no-emoji', '--no-color', '--format', 'ascii', tarball]
  const results = [await complaint('publint', ['--strict', tarball]), await complaint('attw', attw)]
  return results.filter((result) => result !== undefined)
}

const checkAll = async (tarballs: readonly string[]): Promise<readonly string[]> => {
  const waiting = [...tarballs]
  const found: string[] = []
  const worker = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      found.push(...(await checkTarball(next)))
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  return found
}

const folder = await mkdtemp(join(tmpdir(), 'mfm-pack-'))
try {
  const tarballs = await pack(folder)
  const found = await checkAll(tarballs)
  for (const text of found) console.error(text)
  console.log(`${tarballs.length} packages packed, ${found.length} complaints`)
  process.exitCode = found.length === 0 && tarballs.length > 0 ? 0 : 1
} finally {
  await rm(folder, { recursive: true, force: true })
}

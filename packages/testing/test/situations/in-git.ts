import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SecretGuard } from '@mfm/secrets'
import type { Golden } from '@mfm/testing'
import { goldenPath, readGolden, writeGolden } from '@mfm/testing'
import { httpTransport } from '@mfm/transport-http'
import type { GoldenOptions } from '../../src/golden-options.ts'
import { recordProgram } from '../../src/record-golden.ts'
import type { Program } from '../../src/verify-program.ts'
import { verifyProgram } from '../../src/verify-program.ts'
import { SituationServer } from './situation-server.ts'

export interface Situation {
  /** What the program came to live, and on the files with the server gone. */
  readonly live: unknown
  readonly replayed: unknown
  /** Kinds of what differed. */
  readonly kinds: readonly string[]
  /** First row of the first difference. */
  readonly row: object | undefined
  /** Everything that is in git. */
  readonly text: string
  readonly golden: Golden
}

export interface Code {
  readonly recorded: (origin: string) => Program<unknown>
  /** What runs on the files; the same where absent. */
  readonly today?: (origin: string) => Program<unknown>
  readonly options?: GoldenOptions
}

/** Records code against a server, writes the files, stops the server, and runs code on the files. */
export async function inGit({
  recorded,
  today = recorded,
  options = {},
}: Code): Promise<Situation> {
  const folder = await mkdtemp(join(tmpdir(), 'mfm-situation-'))
  const path = goldenPath(folder, 'situation')
  try {
    const { origin, live } = await record(path, recorded, options)
    const golden = await readGolden(path)
    if (golden === undefined) throw new Error('nothing was written')
    const guard = new SecretGuard({ mode: 'refuse' })
    const { outcome, differences } = await verifyProgram(golden, today(origin), guard)
    return {
      live,
      replayed: 'value' in outcome ? outcome.value : outcome.thrown,
      kinds: differences.map(({ kind }) => kind),
      row: differences[0]?.pointers[0],
      text: await textOf(folder),
      golden,
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function record(
  path: string,
  program: (origin: string) => Program<unknown>,
  options: GoldenOptions,
): Promise<{ readonly origin: string; readonly live: unknown }> {
  await using server = await SituationServer.start()
  const { origin } = server
  const transport = httpTransport()
  const made = await recordProgram('situation', program(origin), { transport, ...options })
  await writeGolden(path, made.golden)
  return { origin, live: made.value }
}

async function textOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const texts = files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1'))
  return (await Promise.all(texts)).join('\n')
}

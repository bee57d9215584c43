import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { RunId, Stores } from '@mfm/core-types'
import { TransportRouter } from '@mfm/io-live'
import { httpTransport } from '@mfm/transport-http'
import type { WorkflowResult } from '@mfm/workflow'
import { runWorkflow } from '@mfm/workflow'
import audit from '../src/dependency-audit.workflow.ts'
import type { AuditReport } from '../src/report/report.ts'

/** A folder that is gone when the test is over. */
export class TestFolder implements AsyncDisposable {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  static async with(files: Readonly<Record<string, unknown>>): Promise<TestFolder> {
    const folder = new TestFolder(await mkdtemp(join(tmpdir(), 'mfm-audit-')))
    for (const [name, content] of Object.entries(files)) {
      const file = join(folder.path, name)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
    }
    return folder
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true })
  }
}

/** Audits the project in a folder with a registry; waits between attempts take no time. */
export async function runAudit(
  stores: Stores,
  folder: TestFolder,
  { registry, signal }: { readonly registry: string; readonly signal?: AbortSignal | undefined },
): Promise<WorkflowResult<AuditReport>> {
  const before = process.cwd()
  process.chdir(folder.path)
  try {
    return await runWorkflow(audit, {
      stores,
      transport: new TransportRouter({ http: httpTransport({ endpoints: { registry } }) }),
      sleep: () => Promise.resolve(),
      signal,
    })
  } finally {
    process.chdir(before)
  }
}

/** Everything that a run left in its stores, as text. */
export async function storedText(stores: Stores, runId: RunId): Promise<string> {
  const texts: string[] = []
  const seen = new Set<string>()
  const add = async (text: string): Promise<void> => {
    texts.push(text)
    for (const [id] of text.matchAll(/[0-9a-f]{64}/g)) {
      // The cast: 64 hex digits are the form of an artifact id; most are digests of something else.
      if (seen.has(id) || !(await stores.artifacts.exists(id as never))) continue
      seen.add(id)
      await add(Buffer.from(await stores.artifacts.get(id as never)).toString('latin1'))
    }
  }
  for await (const envelope of stores.events.read(runId)) await add(JSON.stringify(envelope))
  return texts.join('\n')
}

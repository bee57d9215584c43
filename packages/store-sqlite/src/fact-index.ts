import { failing, parseFactKey } from '@mfm/adapter-kit'
import type {
  ArtifactId,
  CallOptions,
  FactBinding,
  FactIndex,
  FactKey,
  RunId,
  StoreDescription,
} from '@mfm/core-types'
import { parseId } from '@mfm/errors'
import type { Claim } from './shared-file.ts'

/** Frames with bindings that are read in one snapshot. */
const PAGE_FRAMES = 256

export interface FactIndexParts {
  readonly description: StoreDescription
  readonly claim: Claim
}

/** The fact keys in one SQLite file. */
export class SqliteFactIndex implements FactIndex {
  readonly description: StoreDescription
  readonly #claim: Claim

  constructor({ description, claim }: FactIndexParts) {
    this.description = description
    this.#claim = claim
  }

  async get(
    run: RunId,
    key: FactKey,
    { signal }: CallOptions = {},
  ): Promise<ArtifactId | undefined> {
    this.#claim.requireOpen(signal)
    const runId = parseId('run_id', run)
    const factKey = parseFactKey(key)
    return await this.#claim.backend.read(signal, (journal) => journal.binding(runId, factKey))
  }

  async bindIfUnset(
    run: RunId,
    key: FactKey,
    id: ArtifactId,
    { signal }: CallOptions = {},
  ): Promise<FactBinding> {
    this.#claim.requireOpen(signal)
    const runId = parseId('run_id', run)
    const factKey = parseFactKey(key)
    const artifactId = parseId('artifact_id', id)
    return await this.#claim.backend.write(signal, (journal, recorder) => {
      const bound = journal.binding(runId, factKey)
      if (bound !== undefined) return { artifactId: bound, inserted: false }
      const bindings = new Map([[factKey, artifactId]])
      recorder.record({ run: runId, artifacts: [], bindings, events: [] })
      return { artifactId, inserted: true }
    })
  }

  async unbindIfMatches(
    run: RunId,
    key: FactKey,
    id: ArtifactId,
    { signal }: CallOptions = {},
  ): Promise<boolean> {
    this.#claim.requireOpen(signal)
    const runId = parseId('run_id', run)
    const factKey = parseFactKey(key)
    const artifactId = parseId('artifact_id', id)
    return await this.#claim.backend.write(signal, (journal, recorder) => {
      if (journal.binding(runId, factKey) !== artifactId) return false
      recorder.unbind(runId, factKey)
      return true
    })
  }

  /** What is bound when this is called, the latest first. */
  entries(
    run: RunId,
    { signal }: CallOptions = {},
  ): AsyncGenerator<readonly [FactKey, ArtifactId], void> {
    try {
      this.#claim.requireOpen(signal)
      const runId = parseId('run_id', run)
      const chain = this.#claim.backend.readNow((journal) => journal.run(runId).chain)
      return readEntries(this.#claim, signal, { runId, chain })
    } catch (error) {
      return failing(error)
    }
  }

  close(): Promise<void> {
    return this.#claim.close()
  }
}

interface EntriesReading {
  readonly runId: RunId
  /** Last row with a binding when the reading began, where it could be read at once. */
  readonly chain: number | undefined
}

async function* readEntries(
  claim: Claim,
  signal: AbortSignal | undefined,
  { runId, chain }: EntriesReading,
): AsyncGenerator<readonly [FactKey, ArtifactId], void> {
  const { backend } = claim
  // What a later row says of a key stands: the chain leads from the last row to the first.
  const settled = new Set<FactKey>()
  let row = chain ?? (await backend.read(signal, (journal) => journal.run(runId).chain))
  while (row > 0) {
    claim.requireOpen(signal)
    const from = row
    const frames = await backend.read(signal, ({ log }) => log.chain(runId, from, PAGE_FRAMES))
    for (const [key, id] of frames.flatMap((frame) => Array.from(frame.bindings()))) {
      if (settled.has(key)) continue
      settled.add(key)
      signal?.throwIfAborted()
      if (id !== undefined) yield [key, id]
    }
    row = frames.at(-1)?.chain ?? 0
  }
}

import { hasCode, isMfmError, MfmError } from '@mfm/errors'
import type { Change } from './group-commit.ts'
import { GroupCommit } from './group-commit.ts'
import type { Journal } from './journal.ts'
import { Patience } from './patience.ts'
import type { Recorder } from './recorder.ts'
import { isHandleSound, storeError } from './sqlite-error.ts'
import type { StoreFile } from './store-file.ts'
import { MEMORY_PATH, openFile } from './store-file.ts'

export interface BackendOptions {
  readonly path: string
  readonly readOnly: boolean
  readonly busyTimeoutMillis: number
  /** The derived tables are written when they are this many rows behind, or a few times as many under load. */
  readonly indexBatchRows: number
}

/**
 * With this many changes in a commit the store is busy: then longer batches are written, which costs less for each row,
 * and more where the tail has to be read again.
 */
const BUSY_CHANGES = 8
const BUSY_FACTOR = 4

type Begin = 'BEGIN' | 'BEGIN IMMEDIATE'

/** One file and all access to it, shared by the ports that stand on it. */
export class Backend {
  readonly #options: BackendOptions
  readonly #group: GroupCommit
  #file: StoreFile | undefined
  #isClosed = false

  private constructor(options: BackendOptions) {
    this.#options = options
    this.#group = new GroupCommit((changes) => this.#commit(changes), options.busyTimeoutMillis)
  }

  /**
   * Opens the file without a look at what it holds, so that one with damaged look-up tables can be mended.
   *
   * @throws MfmError as every method here does, and never another error
   */
  static async open(options: BackendOptions): Promise<Backend> {
    const backend = new Backend(options)
    await backend.#patiently(undefined, () => backend.#transaction('BEGIN', () => undefined))
    return backend
  }

  /** Runs `work` in a snapshot of the file; waits where another process is in the way. */
  read<T>(signal: AbortSignal | undefined, work: (journal: Journal) => T): Promise<T> {
    return this.#patiently(signal, () => this.#snapshot(work))
  }

  /** {@link read} at once, or `undefined` where another process is in the way. */
  readNow<T>(work: (journal: Journal) => T): T | undefined {
    try {
      return this.#snapshot(work)
    } catch (error) {
      if (hasCode(error, 'store_busy')) return undefined
      throw error
    }
  }

  /**
   * Runs `work` in a transaction that it shares with others, and resolves when that is durable. `work` refuses by
   * throwing an MfmError before its first change.
   */
  write<T>(
    signal: AbortSignal | undefined,
    work: (journal: Journal, recorder: Recorder) => T,
  ): Promise<T> {
    return this.#group.submit(signal, () => {
      const { journal, recorder } = this.#opened()
      return work(journal, recorder)
    })
  }

  /** Derives the look-up tables from the log again. */
  async rebuildIndexes(): Promise<void> {
    const { indexBatchRows } = this.#options
    await this.#patiently(undefined, () =>
      this.#transaction('BEGIN IMMEDIATE', ({ journal }) => journal.rebuildIndexes(indexBatchRows)),
    )
  }

  /** Resolves when no change is under way. */
  idle(): Promise<void> {
    return this.#group.idle()
  }

  /** Only when {@link idle}. */
  close(): void {
    if (this.#file !== undefined && this.#file.journal.tailRows > 0) this.#tidy()
    this.#file?.connection.close()
    this.#file = undefined
    this.#isClosed = true
  }

  /** Whoever opens the file next need not read the tail. */
  #tidy(): void {
    try {
      this.#commit([])
    } catch {
      // The log holds everything: the next one derives what is missing here.
    }
  }

  async #patiently<T>(signal: AbortSignal | undefined, attempt: () => T): Promise<T> {
    const patience = new Patience(this.#options.busyTimeoutMillis)
    for (;;) {
      signal?.throwIfAborted()
      try {
        return attempt()
      } catch (error) {
        if (!patience.lasts(error)) throw error
      }
      await patience.pause()
    }
  }

  #snapshot<T>(work: (journal: Journal) => T): T {
    return this.#transaction('BEGIN', ({ journal }) => {
      journal.refresh()
      return work(journal)
    })
  }

  #commit(changes: readonly Change[]): void {
    this.#transaction('BEGIN IMMEDIATE', ({ journal }) => {
      journal.refresh()
      for (const change of changes) apply(change, journal)
      if (journal.tailRows >= this.#tailLimit(changes.length)) journal.writeIndexes()
    })
  }

  /** Rows that the derived tables may be behind after a commit of so many changes. */
  #tailLimit(changes: number): number {
    const { indexBatchRows } = this.#options
    if (changes === 0) return 0
    return changes < BUSY_CHANGES ? indexBatchRows : indexBatchRows * BUSY_FACTOR
  }

  #transaction<T>(begin: Begin, work: (file: StoreFile) => T): T {
    let isBegun = false
    try {
      const file = this.#opened()
      file.connection.sql(begin).run()
      isBegun = true
      const result = work(file)
      file.connection.sql('COMMIT').run()
      return result
    } catch (error) {
      if (isBegun) this.#takeBack(begin)
      if (!isHandleSound(error)) this.#dropHandle()
      throw storeError(error, this.#options.path)
    }
  }

  #opened(): StoreFile {
    if (this.#isClosed) throw new MfmError('store_closed')
    this.#file ??= openFile(this.#options.path, this.#options.readOnly)
    return this.#file
  }

  #takeBack(begin: Begin): void {
    if (begin === 'BEGIN IMMEDIATE') this.#file?.journal.forget()
    try {
      this.#file?.connection.sql('ROLLBACK').run()
    } catch {
      // SQLite has rolled back by itself, or the handle is lost and about to be dropped.
    }
  }

  /**
   * After an error of the disk the handle is not used again: what SQLite and the kernel keep in memory may differ
   * from the file, and a second fsync would not say so. The next use opens and reads the file anew.
   */
  #dropHandle(): void {
    if (this.#options.path === MEMORY_PATH) return
    this.#file?.connection.close()
    this.#file = undefined
  }
}

/** A refusal is the change's own affair; anything else is everybody's. */
function apply(change: Change, journal: Journal): void {
  const before = journal.lastRow
  try {
    change.apply()
  } catch (error) {
    if (!isMfmError(error) || journal.lastRow !== before) throw error
    change.refuse(error)
  }
}

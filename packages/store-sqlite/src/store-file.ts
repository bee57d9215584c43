import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { MfmError } from '@mfm/errors'
import { Connection } from './connection.ts'
import { Journal } from './journal.ts'
import { Recorder } from './recorder.ts'
import { prepareSchema } from './schema.ts'

export const MEMORY_PATH = ':memory:'

/** The value of `PRAGMA synchronous` at which a commit waits for the disk in WAL mode. */
const FULL = 2

/** One opened file: its handle and what stands on it. */
export interface StoreFile {
  readonly connection: Connection
  readonly journal: Journal
  readonly recorder: Recorder
}

/**
 * Opens a file, creating it and its folder where they are missing, and brings its schema up to date.
 *
 * @throws MfmError `store_schema_unsupported`, `store_corruption`, `store_failed`; errors of SQLite as they are
 */
export function openFile(path: string, readOnly: boolean): StoreFile {
  if (path !== MEMORY_PATH && !readOnly) makeFolder(dirname(path))
  const connection = new Connection({ path, readOnly })
  try {
    prepareSchema(connection, readOnly)
    requireDurability(connection, path, readOnly)
    const journal = new Journal(connection)
    return { connection, journal, recorder: new Recorder(journal) }
  } catch (error) {
    connection.close()
    throw error
  }
}

function makeFolder(folder: string): void {
  try {
    makeFolders(folder)
  } catch (cause) {
    throw new MfmError('store_unavailable', {
      message: `the folder ${folder} cannot be made`,
      details: { folder },
      cause,
    })
  }
}

/**
 * One level at a time: the recursive form of Node does not return where a file system answers ENOENT for a folder that
 * it does not let anybody make, as /proc does.
 */
function makeFolders(folder: string): void {
  if (existsSync(folder)) return
  const parent = dirname(folder)
  if (parent !== folder) makeFolders(parent)
  try {
    mkdirSync(folder)
  } catch (error) {
    // Another process may have been faster.
    if (!existsSync(folder)) throw error
  }
  syncFolder(parent)
}

/** A new name survives a power cut when the folder that holds it is synced. Windows has no such call. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Settings of a handle are requests: what counts is what it answers. */
function requireDurability(connection: Connection, path: string, readOnly: boolean): void {
  if (readOnly || path === MEMORY_PATH) return
  connection.exec('PRAGMA synchronous = FULL')
  const journalMode = connection.value('PRAGMA journal_mode')
  const synchronous = connection.value('PRAGMA synchronous')
  if (journalMode === 'wal' && synchronous === FULL) return
  throw new MfmError('store_failed', {
    message: `${path} cannot be written durably: SQLite refused WAL mode or synchronous=FULL`,
    details: { path, journalMode: String(journalMode), synchronous: Number(synchronous) },
  })
}

import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Backdoor, EventDamage } from '@mfm/conformance'
import type { ArtifactId, FactKey, RunId } from '@mfm/core-types'
import { Backend } from '../src/backend.ts'
import { Frame } from '../src/frame.ts'
import { DIGEST_BYTES, INTEGER_BYTES, KIND, PART_HEADER_BYTES, TAG } from '../src/frame-writer.ts'
import type { Journal } from '../src/journal.ts'
import type { Recorder } from '../src/recorder.ts'
import { NO_BINDINGS } from '../src/recorder.ts'
import { SEAL_BYTES, seal } from '../src/sealed.ts'
import { noted } from './temp-store.ts'

/** Works on the file with the parts of the store, but believes whatever it is given. */
async function within<T>(
  path: string,
  work: (journal: Journal, recorder: Recorder) => T,
): Promise<T> {
  const options = { path, readOnly: false, busyTimeoutMillis: 5000, indexBatchRows: 1024 }
  const backend = await Backend.open(options)
  try {
    return await backend.write(undefined, work)
  } finally {
    // Writes the look-up tables: damage to a row that they do not know yet would be met by whoever opens the file.
    backend.close()
  }
}

const EVENT_TAGS: ReadonlySet<number> = new Set([TAG.event, TAG.bindingEvent, TAG.fact])

interface RawFrame {
  readonly row: number
  readonly body: Buffer
  /** `undefined` where the row was damaged before. */
  readonly frame: Frame | undefined
}

function rawFrame(row: number, body: Buffer): RawFrame {
  try {
    return { row, body, frame: new Frame(row, Buffer.from(body)) }
  } catch {
    return { row, body, frame: undefined }
  }
}

/** Changes rows of the log as they are, checksums and all. */
function tamper(
  path: string,
  change: (db: DatabaseSync, frames: readonly RawFrame[]) => void,
): void {
  const db = new DatabaseSync(path)
  try {
    db.exec('PRAGMA busy_timeout = 5000')
    const rows = db.prepare('SELECT row, body FROM log ORDER BY row').all()
    change(
      db,
      rows.map(({ row, body }) => rawFrame(Number(row), Buffer.from(body as Uint8Array))), // a BLOB
    )
  } finally {
    db.close()
  }
}

function store(db: DatabaseSync, row: number, body: Uint8Array): void {
  db.prepare('UPDATE log SET body = ? WHERE row = ?').run(body, row)
}

/** Where an event of a run stands. */
function findEvent(frames: readonly RawFrame[], run: RunId, seq: number): RawFrame & Place {
  for (const raw of frames) {
    if (raw.frame?.run !== run) continue
    const place = eventPlaces(raw.body)[seq - raw.frame.firstSeq]
    if (place !== undefined) return { ...raw, ...place }
  }
  throw new Error(`run ${run} has no event ${seq}`)
}

interface Place {
  readonly start: number
  readonly end: number
}

function eventPlaces(body: Buffer): Place[] {
  const places: Place[] = []
  let at = SEAL_BYTES + 1 + (body[SEAL_BYTES] ?? 0) + 2 * INTEGER_BYTES
  while (at < body.length) {
    const start = at + PART_HEADER_BYTES
    const end = start + body.readUInt32BE(at + 1)
    if (EVENT_TAGS.has(body[at] ?? 0)) places.push({ start, end })
    at = end
  }
  return places
}

type Damage = (db: DatabaseSync, frames: readonly RawFrame[], run: RunId, seq: number) => void

const DAMAGES: Readonly<Record<EventDamage, Damage>> = {
  flip: (db, frames, run, seq) => {
    const { row, body, start } = findEvent(frames, run, seq)
    body[start + 5] = (body[start + 5] ?? 0) ^ 4
    store(db, row, body)
  },
  truncate: (db, frames, run, seq) => {
    const { row, body, end } = findEvent(frames, run, seq)
    store(db, row, body.subarray(0, end - 10))
  },
  drop: (db, frames, run, seq) => {
    const { row, body, frame, start, end } = findEvent(frames, run, seq)
    if (frame?.events().length === 1) db.prepare('DELETE FROM log WHERE row = ?').run(row)
    else store(db, row, Buffer.concat([body.subarray(0, start), body.subarray(end)]))
  },
  swap: (db, frames, run, seq) => {
    const [one, other] = [findEvent(frames, run, seq), findEvent(frames, run, seq + 1)]
    if (one.row === other.row) {
      const parts = [
        one.body.subarray(0, one.start),
        one.body.subarray(other.start, other.end),
        one.body.subarray(one.end, other.start),
        one.body.subarray(one.start, one.end),
        one.body.subarray(other.end),
      ]
      store(db, one.row, Buffer.concat(parts))
    } else {
      store(db, one.row, other.body)
      store(db, other.row, one.body)
    }
  },
  unlink: (db, frames, run, seq) => {
    const { row, body, start } = findEvent(frames, run, seq)
    const text = body.indexOf('"prev":"', start)
    const digest = text === -1 ? start + 2 + INTEGER_BYTES : text + '"prev":"'.length
    body[digest] = (body[digest] ?? 0) ^ 1
    store(db, row, body)
  },
}

function boundKeys(journal: Journal): (readonly [RunId, FactKey])[] {
  const keys = new Map<string, readonly [RunId, FactKey]>()
  for (const frame of journal.log.framesAfter(0)) {
    const { run } = frame
    if (run === undefined) continue
    for (const [key] of frame.bindings()) keys.set(`${run} ${key}`, [run, key])
  }
  return Array.from(keys.values()).filter(([run, key]) => journal.binding(run, key) !== undefined)
}

function writeRawFact(path: string, run: RunId, key: FactKey, text: string): void {
  tamper(path, (db, frames) => {
    for (const { row, body, frame } of frames) {
      const id = frame?.run === run ? new Map(frame.bindings()).get(key) : undefined
      if (id === undefined) continue
      // A binding is 32 bytes of digest, so that is all the room there is for a text.
      const start = body.indexOf(Buffer.from(id, 'hex'))
      body.fill(`${text}\0`, start, start + DIGEST_BYTES)
      store(db, row, body)
    }
  })
}

/** Replaces the bytes of a stored artifact, in a row that is sealed again; gives whether there was one. */
function replaceArtifact(path: string, id: ArtifactId, bytes: Uint8Array): boolean {
  let isFound = false
  tamper(path, (db, frames) => {
    for (const { row, body, frame } of frames) {
      if (frame?.artifact(id) === undefined) continue
      isFound = true
      const digest = body.indexOf(Buffer.from(id, 'hex'))
      if (body[digest - 5] === TAG.largeArtifact) {
        db.prepare('UPDATE large SET body = ? WHERE row = ?').run(bytes, row)
        continue
      }
      const end = digest + body.readUInt32BE(digest - 4)
      const kind = body[digest + DIGEST_BYTES] ?? 0
      const start = digest + DIGEST_BYTES + 1 + (kind < KIND ? kind : 0)
      body.writeUInt32BE(start - digest + bytes.length, digest - 4)
      const changed = Buffer.concat([body.subarray(0, start), bytes, body.subarray(end)])
      store(db, row, seal('log', row, changed))
    }
  })
  return isFound
}

/** The stored state of a scope, around the store. Artifacts and bindings are rows of the log like any others. */
export function sqliteBackdoor(pathOf: (scope: string) => string): Backdoor {
  const foldersFiles = async (scope: string): Promise<readonly string[]> =>
    await readdir(dirname(pathOf(scope)), { recursive: true }).catch(() => [])
  return {
    readArtifact: (scope, id) =>
      within(pathOf(scope), (journal) => {
        const artifact = journal.artifact(id)
        return artifact === undefined
          ? undefined
          : (artifact.bytes ?? journal.log.large(artifact.row))
      }),
    writeArtifact: async (scope, id, bytes) => {
      await within(pathOf(scope), () => undefined)
      if (replaceArtifact(pathOf(scope), id, bytes)) return
      await within(pathOf(scope), (_, recorder) => {
        const artifacts = [{ kind: 'foreign', id, bytes }]
        recorder.record({ run: undefined, artifacts, bindings: NO_BINDINGS, events: [] })
      })
    },
    artifactVersion: (scope, id) =>
      within(pathOf(scope), (journal) => journal.artifact(id)?.row.toString()),
    leftovers: async (scope) =>
      (await foldersFiles(scope)).filter((name) => !/^runs\.db(-wal|-shm)?$/.test(name)),
    streamFingerprint: async (scope, run) => {
      const hash = createHash('sha256')
      tamper(pathOf(scope), (_, frames) => {
        for (const { row, body, frame } of frames) {
          if (frame?.run === run) hash.update(`${row} `).update(body)
        }
      })
      return hash.digest('hex')
    },
    damageEvents: async (scope, run, seq, how) => {
      await within(pathOf(scope), () => undefined)
      tamper(pathOf(scope), (db, frames) => DAMAGES[how](db, frames, run, seq))
    },
    seedHead: (scope, run, head) =>
      within(pathOf(scope), (_, recorder) => {
        const envelope = noted(run, head, 'seeded')
        const events = [{ envelope, text: JSON.stringify(envelope) }]
        recorder.record({ run, artifacts: [], bindings: NO_BINDINGS, events })
      }),
    wipeFacts: (scope) =>
      within(pathOf(scope), (journal, recorder) => {
        for (const [run, key] of boundKeys(journal)) recorder.unbind(run, key)
      }),
    writeFact: async (scope, run, key, raw) => {
      await within(pathOf(scope), () => undefined)
      writeRawFact(pathOf(scope), run, key, raw.kind === 'text' ? raw.text : '\u0001\u0002')
    },
    factsExpire: async () => false, // a row of the log has no time of its end
    contents: foldersFiles,
  }
}

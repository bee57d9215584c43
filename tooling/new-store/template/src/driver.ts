import type { CheckedQuery, CheckedRange, EncodedEvent } from '@mfm/adapter-kit'
import type {
  ArtifactId,
  FactBinding,
  FactKey,
  NewArtifact,
  Page,
  RunId,
  RunSummary,
} from '@mfm/core-types'
import { unwritten } from './unwritten.ts'

/** Every method takes it last: an abort ends the call early with the reason of the signal. */
export type Signal = AbortSignal | undefined

/** The artifacts of one backend. Ids and sizes are checked before, bytes that are read are hashed after. */
export class ArtifactDriver {
  /** Stores bytes where nothing is stored; gives `false`, and changes nothing, where something is. */
  async create(_artifact: NewArtifact, _signal: Signal): Promise<boolean> {
    throw unwritten('put', 'AS-01', 'AS-04', 'AS-06', 'AS-10')
  }

  /** The bytes in a buffer of their own, as they are stored; `undefined` where there are none. */
  async read(_id: ArtifactId, _signal: Signal): Promise<Uint8Array<ArrayBuffer> | undefined> {
    throw unwritten('get', 'AS-02', 'AS-07', 'AS-11')
  }

  /** Without reading the bytes. */
  async has(_id: ArtifactId, _signal: Signal): Promise<boolean> {
    throw unwritten('exists', 'AS-07', 'AS-09')
  }
}

/** What an append came to: the head is the new one, or the one that was found instead of the expected. */
export interface AppendOutcome {
  readonly isAppended: boolean
  readonly head: number
}

/** The event streams of one backend. Envelopes are checked and encoded before, and decoded after. */
export class EventDriver {
  async head(_run: RunId, _signal: Signal): Promise<number> {
    throw unwritten('headSeq', 'ES-01', 'ES-26')
  }

  /** All or nothing, and only where the head is `expectedSeq`: the backend itself must compare it. */
  async append(
    _run: RunId,
    _expectedSeq: number,
    _events: readonly EncodedEvent[],
    _signal: Signal,
  ): Promise<AppendOutcome> {
    throw unwritten('append', 'ES-02', 'ES-03', 'ES-06', 'ES-22')
  }

  /** The stored texts of a range that is not empty and not beyond the head, in order. */
  // biome-ignore lint/correctness/useYield: not written yet
  async *read(_run: RunId, _range: CheckedRange, _signal: Signal): AsyncGenerator<string, void> {
    throw unwritten('read', 'ES-02', 'ES-10', 'ES-11', 'ES-12')
  }

  /** `foldRunSummary` of core-types keeps a summary up to date; `writeCursor` of adapter-kit makes the cursor. */
  async listRuns(_query: CheckedQuery, _signal: Signal): Promise<Page<RunSummary>> {
    throw unwritten('listRuns', 'ES-37')
  }
}

/** The bindings of one backend. Ids and keys are checked before. */
export class FactDriver {
  async get(_run: RunId, _key: FactKey, _signal: Signal): Promise<ArtifactId | undefined> {
    throw unwritten('get', 'FI-04', 'FI-09')
  }

  /** The first binding wins: the backend itself must decide it. */
  async bind(_run: RunId, _key: FactKey, _id: ArtifactId, _signal: Signal): Promise<FactBinding> {
    throw unwritten('bindIfUnset', 'FI-01', 'FI-02', 'FI-05')
  }

  /** Compare and delete, in one step of the backend. */
  async unbind(_run: RunId, _key: FactKey, _id: ArtifactId, _signal: Signal): Promise<boolean> {
    throw unwritten('unbindIfMatches', 'FI-06', 'FI-07')
  }

  // biome-ignore lint/correctness/useYield: not written yet
  async *entries(
    _run: RunId,
    _signal: Signal,
  ): AsyncGenerator<readonly [FactKey, ArtifactId], void> {
    throw unwritten('entries', 'FI-12', 'FI-19')
  }
}

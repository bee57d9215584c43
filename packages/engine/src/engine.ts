import type { ArtifactId, JsonObject } from '@mfm/core-types'
import { ContextTree } from './context/context-tree.ts'
import type { EngineOptions } from './engine-options.ts'
import type { ForkReport } from './fork/fork-report.ts'
import type { ForkRequest } from './fork/fork-request.ts'
import { forkRun } from './fork/fork-run.ts'
import type { ReplayReport } from './replay/replay-report.ts'
import type { ReplayRequest } from './replay/replay-run.ts'
import { replayRun } from './replay/replay-run.ts'
import type { ResumeRequest } from './run/resume-run.ts'
import { resumeRun } from './run/resume-run.ts'
import type { RunResult } from './run/run-result.ts'
import type { StartRequest } from './run/start-run.ts'
import { startRun } from './run/start-run.ts'

/**
 * Executes plans on a set of stores. Holds nothing between two calls: any process with the same stores can go on
 * where another stopped.
 */
export class Engine {
  readonly #options: EngineOptions

  constructor(options: EngineOptions) {
    this.#options = options
  }

  /** Starts a run and follows it to its end. A failed run is a result; errors are refusals and broken machinery. */
  async start(request: StartRequest): Promise<RunResult> {
    return await startRun(this.#options, request)
  }

  /** Continues a run from its last durable event. */
  async resume(request: ResumeRequest): Promise<RunResult> {
    return await resumeRun(this.#options, request)
  }

  /** Executes a plan on the facts of a run: no network, no writes. */
  async replay(request: ReplayRequest): Promise<ReplayReport> {
    return await replayRun(this.#options, request, { compare: false })
  }

  /** Replays a run, and compares every event, snapshot and output with what was recorded. */
  async verify(request: ReplayRequest): Promise<ReplayReport> {
    return await replayRun(this.#options, request, { compare: true })
  }

  /**
   * Runs a plan from one of the states of a run on, on the facts of that run and with changes, as a new run. The
   * parent is not touched.
   */
  async fork(request: ForkRequest): Promise<ForkReport> {
    return await forkRun(this.#options, request)
  }

  /**
   * The run's working object that a snapshot holds.
   *
   * @param keys read these alone; the cost follows them and not the size of the object
   */
  async readContext(snapshotId: ArtifactId, keys?: readonly string[]): Promise<JsonObject> {
    const { artifacts } = this.#options.stores
    const tree = new ContextTree(async (id) => await artifacts.get(id), 'rfc8785')
    const entries =
      keys === undefined ? await tree.entries(snapshotId) : await tree.pick(snapshotId, keys)
    return Object.fromEntries(entries)
  }
}

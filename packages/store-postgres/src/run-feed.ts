import { setTimeout as delay } from 'node:timers/promises'
import type { RunId } from '@mfm/core-types'
import type { Notification } from 'pg'
import { Client } from 'pg'
import { endClient } from './cancel.ts'
import type { Connections } from './connections.ts'

const LONGEST_PAUSE_MILLIS = 5000

export interface RunFeedParts {
  readonly connections: Connections
  readonly channel: string
  readonly pollMillis: number
}

/**
 * Wakes whoever follows a run when the server tells of new events: one connection listens for all of them, as long as
 * there are any. A hint and no more: what is not told is found by those who look from time to time.
 */
export class RunFeed {
  /** How often those who follow look by themselves. */
  readonly pollMillis: number
  readonly #connections: Connections
  readonly #channel: string
  readonly #watchers: Map<RunId, Set<() => void>> = new Map()
  #listening: Promise<void> | undefined
  #stop: AbortController = new AbortController()

  constructor({ connections, channel, pollMillis }: RunFeedParts) {
    this.#connections = connections
    this.#channel = channel
    this.pollMillis = pollMillis
  }

  /** Calls `wake` at every hint on a run, until the answer is called. */
  follow(run: RunId, wake: () => void): () => void {
    const watchers = this.#watchers.get(run) ?? new Set()
    this.#watchers.set(run, watchers.add(wake))
    this.#listening ??= this.#listen()
    return () => {
      watchers.delete(wake)
      if (watchers.size === 0 && this.#watchers.get(run) === watchers) this.#watchers.delete(run)
      if (this.#watchers.size === 0) this.#stop.abort()
    }
  }

  /** Wakes nobody any more; resolves when nothing listens. */
  async end(): Promise<void> {
    this.#watchers.clear()
    this.#stop.abort()
    await this.#listening
  }

  async #listen(): Promise<void> {
    for (let failures = 0; this.#watchers.size > 0; failures++) {
      this.#stop = new AbortController()
      const { signal } = this.#stop
      if (await this.#hear(signal)) failures = 0
      const pause = Math.min(10 * 2 ** failures, LONGEST_PAUSE_MILLIS) * (0.5 + Math.random() / 2)
      await delay(pause, undefined, { signal }).catch(() => undefined)
    }
    this.#listening = undefined
  }

  /** Listens until the connection ends or nobody follows; resolves to whether it came to listen. */
  async #hear(signal: AbortSignal): Promise<boolean> {
    const client = new Client({ ...this.#connections.config, keepAlive: true })
    client.on('error', () => undefined) // the end, which comes with it, is what counts
    client.on('notification', (notification) => this.#onHint(notification))
    const ended = new Promise<void>((resolve) => {
      client.once('end', resolve)
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
    try {
      await Promise.race([client.connect(), ended])
      await Promise.race([client.query(`listen "${this.#channel}"`), ended])
      this.#wakeAll() // for what was told of while nobody listened
      await ended
      return true
    } catch {
      return false
    } finally {
      await endClient(client)
    }
  }

  #onHint({ payload }: Notification): void {
    for (const [run, watchers] of this.#watchers) {
      if (run === payload) for (const wake of watchers) wake()
    }
  }

  #wakeAll(): void {
    for (const watchers of this.#watchers.values()) for (const wake of watchers) wake()
  }
}

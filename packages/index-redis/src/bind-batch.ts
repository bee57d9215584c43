import type { ArtifactId, FactBinding, FactKey } from '@mfm/core-types'
import type { RedisClient } from './options.ts'
import { requireStoredId } from './stored-id.ts'
import { untilAborted } from './until-aborted.ts'

/** For each pair of field and value: 1 where it was put there, else the value that was there. One step of the server. */
const BIND_SCRIPT = `
local found = {}
for i = 1, #ARGV, 2 do
  if redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) == 1 then
    found[#found + 1] = 1
  else
    found[#found + 1] = redis.call('HGET', KEYS[1], ARGV[i])
  end
end
return found`
const INSERTED = 1
/** A script must not hold up the server. */
const MAX_BINDINGS = 256
const MAX_CHARACTERS = 256 * 1024

type Answer = (binding: FactBinding) => void

/** Bindings of one run that become one command. */
export class BindBatch {
  readonly #hash: string
  // A list for each part: an object for each binding would be half the time of a bind.
  readonly #keys: FactKey[] = []
  readonly #ids: ArtifactId[] = []
  readonly #signals: (AbortSignal | undefined)[] = []
  readonly #resolve: Answer[] = []
  readonly #reject: ((error: unknown) => void)[] = []
  #characters = 0

  /** @param hash where Redis keeps the bindings of the run */
  constructor(hash: string) {
    this.#hash = hash
  }

  get size(): number {
    return this.#keys.length
  }

  get isFull(): boolean {
    return this.size >= MAX_BINDINGS || this.#characters >= MAX_CHARACTERS
  }

  /** Settles with the batch, or at once with the reason of its signal; then it is not sent any more. */
  add(key: FactKey, id: ArtifactId, signal: AbortSignal | undefined): Promise<FactBinding> {
    this.#keys.push(key)
    this.#ids.push(id)
    this.#signals.push(signal)
    this.#characters += key.length
    const bound = new Promise<FactBinding>((resolve, reject) => {
      this.#resolve.push(resolve)
      this.#reject.push(reject)
    })
    return signal === undefined ? bound : untilAborted(bound, signal)
  }

  /** Sends what nobody has given up; it may be repeated. */
  async send(client: RedisClient): Promise<void> {
    const asked: number[] = []
    const pairs: string[] = []
    for (const [index, key] of this.#keys.entries()) {
      if (this.#signals[index]?.aborted === true) continue
      asked.push(index)
      pairs.push(key, this.#ids[index] ?? '')
    }
    const found = await this.#ask(client, pairs)
    for (const [at, index] of asked.entries()) this.#answer(index, found[at])
  }

  fail(error: unknown): void {
    for (const reject of this.#reject) reject(error)
  }

  async #ask(client: RedisClient, pairs: readonly string[]): Promise<readonly unknown[]> {
    const [key, id] = pairs
    if (key === undefined || id === undefined) return []
    if (pairs.length === 2) {
      // Half the time of a script, for what nearly always holds.
      const inserted = await client.hsetnx(this.#hash, key, id)
      if (inserted === INSERTED) return [INSERTED]
    }
    return Object(await client.eval(BIND_SCRIPT, 1, this.#hash, ...pairs))
  }

  #answer(index: number, found: unknown): void {
    const artifactId = this.#ids[index]
    if (artifactId === undefined) return
    if (found === INSERTED) {
      this.#resolve[index]?.({ artifactId, inserted: true })
      return
    }
    try {
      const bound = requireStoredId(found, this.#hash)
      this.#resolve[index]?.({ artifactId: bound, inserted: false })
    } catch (error) {
      this.#reject[index]?.(error)
    }
  }
}

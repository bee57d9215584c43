import type { ArtifactId, FactBinding, FactKey } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { RedisClient } from './options.ts'
import { requireStoredId } from './stored-id.ts'
import { untilAborted } from './until-aborted.ts'

/** Puts each pair of field and value there where nothing is; answers the place in ARGV and the value of every other. */
const BIND_SCRIPT = `
local call, hash, taken = redis.call, KEYS[1], {}
for i = 1, #ARGV, 2 do
  if call('HSETNX', hash, ARGV[i], ARGV[i + 1]) == 0 then
    taken[#taken + 1] = i
    taken[#taken + 1] = call('HGET', hash, ARGV[i])
  end
end
return taken`
const INSERTED = 1
/** A script must not hold up the server. */
const MAX_BINDINGS = 256
const MAX_CHARACTERS = 256 * 1024

/** One binding of a batch. A class, and its promise made here, because this is the time that a bind takes. */
class Waiting {
  readonly key: FactKey
  readonly id: ArtifactId
  readonly signal: AbortSignal | undefined
  readonly bound: Promise<FactBinding>
  resolve!: (binding: FactBinding) => void
  reject!: (error: unknown) => void

  constructor(key: FactKey, id: ArtifactId, signal: AbortSignal | undefined) {
    this.key = key
    this.id = id
    this.signal = signal
    this.bound = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }

  inserted(): void {
    this.resolve({ artifactId: this.id, inserted: true })
  }

  taken(found: unknown, hash: string): void {
    try {
      this.resolve({ artifactId: requireStoredId(found, hash), inserted: false })
    } catch (error) {
      this.reject(error)
    }
  }
}

/** Bindings of one run that become one command. */
export class BindBatch {
  readonly #hash: string
  readonly #waiting: Waiting[] = []
  #characters = 0

  /** @param hash where Redis keeps the bindings of the run */
  constructor(hash: string) {
    this.#hash = hash
  }

  get size(): number {
    return this.#waiting.length
  }

  get isFull(): boolean {
    return this.size >= MAX_BINDINGS || this.#characters >= MAX_CHARACTERS
  }

  /** Settles with the batch, or at once with the reason of its signal; then it is not sent any more. */
  add(key: FactKey, id: ArtifactId, signal: AbortSignal | undefined): Promise<FactBinding> {
    const waiting = new Waiting(key, id, signal)
    this.#waiting.push(waiting)
    this.#characters += key.length
    return signal === undefined ? waiting.bound : untilAborted(waiting.bound, signal)
  }

  /** Sends what nobody has given up; it may be repeated. */
  async send(client: RedisClient): Promise<void> {
    const asked = this.#waiting.filter(({ signal }) => signal?.aborted !== true)
    const [first, second] = asked
    if (first === undefined) return
    // Half the time of a script, for what nearly always holds.
    if (second === undefined && (await client.hsetnx(this.#hash, first.key, first.id)) === INSERTED)
      first.inserted()
    else await this.#sendAll(client, asked)
  }

  async #sendAll(client: RedisClient, asked: readonly Waiting[]): Promise<void> {
    const pairs: string[] = []
    for (const { key, id } of asked) pairs.push(key, id)
    const reply = await client.eval(BIND_SCRIPT, 1, this.#hash, ...pairs)
    const taken = requireList(reply)
    for (let at = 0; at < taken.length; at += 2) {
      asked[(Number(taken[at]) - 1) / 2]?.taken(taken[at + 1], this.#hash)
    }
    // What was taken is settled already.
    for (const waiting of asked) waiting.inserted()
  }

  fail(error: unknown): void {
    for (const waiting of this.#waiting) waiting.reject(error)
  }
}

function requireList(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply
  throw new MfmError('store_failed', { message: 'Redis answered a script with something else' })
}

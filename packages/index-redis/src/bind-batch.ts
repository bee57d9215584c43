import type { ArtifactId, FactBinding, FactKey } from '@mfm/core-types'
import type { RedisClient } from './options.ts'
import { requireStoredId } from './stored-id.ts'

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

export interface Binding {
  readonly key: FactKey
  readonly id: ArtifactId
  readonly signal: AbortSignal | undefined
}

interface Waiting extends Binding {
  readonly resolve: (binding: FactBinding) => void
  readonly reject: (error: unknown) => void
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
  add(binding: Binding): Promise<FactBinding> {
    this.#characters += binding.key.length
    const bound = new Promise<FactBinding>((resolve, reject) => {
      this.#waiting.push({ ...binding, resolve, reject })
    })
    return binding.signal === undefined ? bound : untilAborted(bound, binding.signal)
  }

  /** Sends what nobody has given up; it may be repeated. */
  async send(client: RedisClient): Promise<void> {
    const asked = this.#waiting.filter(({ signal }) => signal?.aborted !== true)
    const found = await this.#ask(client, asked)
    for (const [index, waiting] of asked.entries()) this.#answer(waiting, found[index])
  }

  fail(error: unknown): void {
    for (const { reject } of this.#waiting) reject(error)
  }

  async #ask(client: RedisClient, asked: readonly Waiting[]): Promise<readonly unknown[]> {
    const [first, ...others] = asked
    if (first === undefined) return []
    if (others.length === 0) {
      // Half the time of a script, for what nearly always holds.
      const inserted = await client.hsetnx(this.#hash, first.key, first.id)
      if (inserted === INSERTED) return [INSERTED]
    }
    const pairs = asked.flatMap(({ key, id }) => [key, id])
    return Object(await client.eval(BIND_SCRIPT, 1, this.#hash, ...pairs))
  }

  #answer({ id, resolve, reject }: Waiting, found: unknown): void {
    try {
      if (found === INSERTED) resolve({ artifactId: id, inserted: true })
      else resolve({ artifactId: requireStoredId(found, this.#hash), inserted: false })
    } catch (error) {
      reject(error)
    }
  }
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

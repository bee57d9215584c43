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
import { BindQueue } from './bind-queue.ts'
import type { RedisLink } from './redis-link.ts'
import { factsKey } from './run-keys.ts'
import { scanFacts } from './scan-facts.ts'
import { requireStoredId } from './stored-id.ts'

/** Answers what the field held before, so that the caller can judge it. */
const UNBIND_SCRIPT = `
local found = redis.call('HGET', KEYS[1], ARGV[1])
if found == ARGV[2] then
  redis.call('HDEL', KEYS[1], ARGV[1])
end
return found`

/**
 * Fact keys in Redis: one hash for each run, in one slot of a cluster.
 *
 * `bindIfUnset` is repeated where a connection ended before its reply. What the first try had bound is then found:
 * the answer is our own id with `inserted: false`, and the stream decides. Binding is therefore at least once.
 * `unbindIfMatches` is not repeated: it rejects with `store_outcome_unknown`.
 */
export class RedisFactIndex implements FactIndex, AsyncDisposable {
  readonly description: StoreDescription
  readonly #link: RedisLink
  readonly #prefix: string
  readonly #binds: BindQueue

  constructor(link: RedisLink, prefix: string, product: string | undefined) {
    this.description = Object.freeze({
      name: 'index-redis',
      ...(product !== undefined && { product }),
      durability: 'process',
      capabilities: Object.freeze([]),
    })
    this.#link = link
    this.#prefix = prefix
    this.#binds = new BindQueue(link, prefix)
  }

  async get(
    run: RunId,
    key: FactKey,
    { signal }: CallOptions = {},
  ): Promise<ArtifactId | undefined> {
    this.#link.requireOpen(signal)
    const hash = factsKey(this.#prefix, parseId('run_id', run))
    const field = parseFactKey(key)
    const found = await this.#link.run((client) => client.hget(hash, field), { signal })
    return found === null ? undefined : requireStoredId(found, hash)
  }

  /** Not async: each promise around the one of the batch would cost a tenth of the time of a bind. */
  bindIfUnset(
    run: RunId,
    key: FactKey,
    id: ArtifactId,
    { signal }: CallOptions = {},
  ): Promise<FactBinding> {
    try {
      this.#link.requireOpen(signal)
      const runId = parseId('run_id', run)
      const factKey = parseFactKey(key)
      return this.#binds.bind(runId, factKey, parseId('artifact_id', id), signal)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async unbindIfMatches(
    run: RunId,
    key: FactKey,
    id: ArtifactId,
    { signal }: CallOptions = {},
  ): Promise<boolean> {
    this.#link.requireOpen(signal)
    const hash = factsKey(this.#prefix, parseId('run_id', run))
    const field = parseFactKey(key)
    const artifactId = parseId('artifact_id', id)
    const found = await this.#link.run(
      (client) => client.eval(UNBIND_SCRIPT, 1, hash, field, artifactId),
      { signal, isRepeatable: false },
    )
    return found !== null && requireStoredId(found, hash) === artifactId
  }

  /** What is bound throughout, once each, in no order; the keys that were told are kept in memory until the end. */
  entries(
    run: RunId,
    { signal }: CallOptions = {},
  ): AsyncGenerator<readonly [FactKey, ArtifactId], void> {
    try {
      this.#link.requireOpen(signal)
      return scanFacts(this.#link, factsKey(this.#prefix, parseId('run_id', run)), signal)
    } catch (error) {
      return failing(error)
    }
  }

  /** Refuses what is under way with `store_closed`. Ends the connections where the client was not lent. */
  close(): Promise<void> {
    return this.#link.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

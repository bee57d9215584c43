import { canonicalize } from '@mfm/canonical-json'
import type {
  ArtifactId,
  JsonObject,
  JsonValue,
  NumberProfile,
  RunContext,
  StateMetadata,
} from '@mfm/core-types'
import { isMfmError, MfmError } from '@mfm/errors'
import type { SecretGuard } from '@mfm/secrets'
import type { InTurn } from '../run/run-host.ts'
import type { ContextChanges, ContextTree, ContextValue } from './context-tree.ts'

/** Characters in a context key. */
const KEY_LIMIT = 512
/** Characters of canonical JSON in one context value. */
const VALUE_LIMIT = 67_108_864

export interface AttemptContextOptions {
  readonly tree: ContextTree
  readonly base: ArtifactId
  readonly numbers: NumberProfile
  readonly guard: SecretGuard
  readonly metadata: Pick<StateMetadata, 'reads' | 'writes'>
  readonly inTurn: InTurn
}

/** What one attempt reads and writes: an overlay over its base snapshot, thrown away unless the attempt completes. */
export class AttemptContext implements RunContext {
  readonly #options: AttemptContextOptions
  readonly #changes = new Map<string, ContextValue | undefined>()

  constructor(options: AttemptContextOptions) {
    this.#options = options
  }

  get changes(): ContextChanges {
    return this.#changes
  }

  async read(key: string): Promise<JsonValue | undefined> {
    const { tree, base, metadata, inTurn } = this.#options
    assertDeclared('read', key, [metadata.reads, metadata.writes])
    if (!this.#changes.has(key)) return copy(await inTurn(() => tree.get(base, key)))
    return copy(this.#changes.get(key)?.value)
  }

  write(key: string, value: JsonValue): void {
    assertDeclared('write', key, [this.#options.metadata.writes])
    this.#changes.set(key, judgeContextValue(key, value, this.#options))
  }

  delete(key: string): void {
    assertDeclared('delete', key, [this.#options.metadata.writes])
    this.#changes.set(key, undefined)
  }

  async dump(): Promise<JsonObject> {
    const { tree, base, inTurn } = this.#options
    const all = new Map<string, JsonValue>(await inTurn(() => tree.entries(base)))
    for (const [key, change] of this.#changes) {
      if (change === undefined) all.delete(key)
      else all.set(key, change.value)
    }
    return copy(Object.fromEntries(all))
  }
}

/**
 * Judges a value when it is written, so that a snapshot can always be stored.
 *
 * @throws MfmError `context_value_invalid` or `secrets_detected`
 */
export function judgeContextValue(
  key: string,
  value: JsonValue,
  { numbers, guard }: Pick<AttemptContextOptions, 'numbers' | 'guard'>,
): ContextValue {
  if (key.length > KEY_LIMIT || !key.isWellFormed()) {
    throw refused(key.slice(0, 100), `a context key has at most ${KEY_LIMIT} characters of Unicode`)
  }
  const text = canonicalText(key, value, numbers)
  if (text.length > VALUE_LIMIT) {
    throw refused(key, `the value has ${text.length} characters, the limit is ${VALUE_LIMIT}`)
  }
  // Nobody may hold a reference into what was judged.
  const own = copy(value)
  const admitted = guard.admit(own, `the context key ${key}`)
  return admitted === own
    ? { value: own, text }
    : { value: admitted, text: canonicalize(admitted, { numbers }) }
}

function canonicalText(key: string, value: JsonValue, numbers: NumberProfile): string {
  try {
    return canonicalize(value, { numbers })
  } catch (cause) {
    if (!isMfmError(cause)) throw cause
    throw new MfmError('context_value_invalid', {
      message: `the value of the context key ${JSON.stringify(key)} cannot be stored: ${cause.message}`,
      details: { key, reason: cause.code, ...cause.details },
      cause,
    })
  }
}

function refused(key: string, message: string): MfmError {
  return new MfmError('context_value_invalid', { message, details: { key } })
}

function assertDeclared(
  action: string,
  key: string,
  allowed: readonly (readonly string[] | null)[],
): void {
  if (allowed.some((keys) => keys === null || keys.includes(key))) return
  throw new MfmError('context_key_undeclared', {
    message: `the state may not ${action} the context key ${JSON.stringify(key)}: it does not declare it`,
    details: { key, action },
  })
}

function copy<T extends JsonValue | undefined>(value: T): T {
  return typeof value === 'object' && value !== null ? structuredClone(value) : value
}

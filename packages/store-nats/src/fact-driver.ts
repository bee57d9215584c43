import { sha256 } from '@mfm/canonical-json'
import type { ArtifactId, FactBinding, FactKey, RunId } from '@mfm/core-types'
import { artifactIdSchema, factKeySchema } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { StoredMsg } from '@nats-io/jetstream'
import { z } from 'zod'
import type { Signal } from './link.ts'
import type { SubjectLog } from './subject-log.ts'

/** The body of a message: what a key is bound to, `null` where it is bound no longer. */
const bindingSchema = z.strictObject({ key: factKeySchema, id: artifactIdSchema.nullable() })

type Stored = z.infer<typeof bindingSchema>

/** Bindings as messages under `<prefix>.facts.<run>.<digest of the key>`, of which the last counts. */
export class FactDriver {
  readonly #log: SubjectLog
  readonly #prefix: string

  constructor(log: SubjectLog, prefix: string) {
    this.#log = log
    this.#prefix = `${prefix}.facts`
  }

  async get(run: RunId, key: FactKey, signal: Signal): Promise<ArtifactId | undefined> {
    const message = await this.#log.last(signal, this.#subject(run, key))
    return message === undefined ? undefined : (storedIn(message, key).id ?? undefined)
  }

  async bind(run: RunId, key: FactKey, id: ArtifactId, signal: Signal): Promise<FactBinding> {
    const subject = this.#subject(run, key)
    for (let after = 0; ; ) {
      const body = JSON.stringify({ key, id } satisfies Stored)
      if ((await this.#log.add(signal, { subject, body, after })) !== undefined) {
        return { artifactId: id, inserted: true }
      }
      const message = await this.#log.last(signal, subject)
      const bound = message === undefined ? null : storedIn(message, key).id
      if (bound !== null) return { artifactId: bound, inserted: false }
      after = message?.seq ?? 0
    }
  }

  async unbind(run: RunId, key: FactKey, id: ArtifactId, signal: Signal): Promise<boolean> {
    const subject = this.#subject(run, key)
    for (;;) {
      const message = await this.#log.last(signal, subject)
      if (message === undefined || storedIn(message, key).id !== id) return false
      const body = JSON.stringify({ key, id: null } satisfies Stored)
      if ((await this.#log.add(signal, { subject, body, after: message.seq })) !== undefined) {
        return true
      }
    }
  }

  /** A key that is bound anew meanwhile moves to the end, so everything that stays is met. */
  async *entries(run: RunId, signal: Signal): AsyncGenerator<readonly [FactKey, ArtifactId], void> {
    const seen = new Set<FactKey>()
    for (let place = 1; ; ) {
      const message = await this.#log.next(signal, `${this.#prefix}.${run}.*`, place)
      if (message === undefined) return
      place = message.seq + 1
      const { key, id } = storedIn(message)
      if (id === null || seen.has(key)) continue
      seen.add(key)
      yield [key, id]
    }
  }

  #subject(run: RunId, key: FactKey): string {
    return `${this.#prefix}.${run}.${sha256(key)}`
  }
}

/** @throws MfmError `store_corruption` */
function storedIn(message: StoredMsg, expected?: FactKey): Stored {
  const { data: stored } = bindingSchema.safeParse(parse(message))
  if (stored !== undefined && (expected === undefined || stored.key === expected)) return stored
  throw new MfmError('store_corruption', {
    message: `the message at ${message.seq} of the facts is not a binding`,
    details: { place: message.seq },
  })
}

function parse(message: StoredMsg): unknown {
  try {
    return message.json()
  } catch {
    return undefined
  }
}

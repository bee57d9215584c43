import { parseJson } from '@mfm/canonical-json'
import type { ArtifactId, EventEnvelope, JsonPointer, JsonValue, RunId } from '@mfm/core-types'
import { isMfmError, MfmError } from '@mfm/errors'
import type { SecretHit, SecretRule } from '@mfm/secrets'
import { SecretGuard } from '@mfm/secrets'
import type { DocumentKind, DocumentReference } from './format.ts'

/** Where something in a run looks like a secret, and why. Holds no part of the value. */
export interface BundleSecret {
  readonly runId: RunId
  /** The event, or `null` where it is in a document. */
  readonly seq: number | null
  /** The document, or `null` where it is in an event. */
  readonly document: { readonly kind: DocumentKind; readonly id: ArtifactId } | null
  /** In the event or the document; `""` where that is a text and not JSON. */
  readonly pointer: JsonPointer
  readonly rule: SecretRule
}

export interface SecretReport {
  /** The first 100. */
  readonly hits: readonly BundleSecret[]
  readonly total: number
}

const MAX_REPORTED = 100

/** Looks at all that would leave with a bundle. What was recorded long ago may hold what a later rule knows. */
export class SecretScan {
  readonly #guard: SecretGuard
  readonly #hits: BundleSecret[] = []
  #total = 0

  /** @param guard knows live values and exceptions; by default one that knows the rules alone */
  constructor(guard: SecretGuard = new SecretGuard({ mode: 'refuse' })) {
    this.#guard = guard
  }

  get report(): SecretReport {
    return { hits: [...this.#hits], total: this.#total }
  }

  addEvent(envelope: EventEnvelope): void {
    const { runId, seq } = envelope
    // An envelope is JSON: that is how it is stored. An interface has no index signature to say so.
    const hits = this.#guard.scan(envelope as unknown as JsonValue)
    this.#add(hits, { runId, seq, document: null })
  }

  addDocument({ runId, kind, id }: DocumentReference, bytes: Uint8Array): void {
    this.#add(this.#scan(bytes), { runId, seq: null, document: { kind, id } })
  }

  /** @throws MfmError `secrets_detected` with `details.hits` and `details.total` */
  refuse(): void {
    const [first] = this.#hits
    if (first === undefined) return
    const more = this.#total > 1 ? ` and ${this.#total - 1} more` : ''
    throw new MfmError('secrets_detected', {
      message: `${placeOf(first)} holds what looks like a secret: ${first.rule} at "${first.pointer}"${more}`,
      details: { hits: this.#hits.map((hit) => ({ ...hit })), total: this.#total },
      help: 'Details name the place and the rule, never the value. Look at each; allow secrets only where none is one.',
    })
  }

  #scan(bytes: Uint8Array): SecretHit[] {
    try {
      return this.#guard.scan(parseJson(bytes, { integers: 'bigint' }))
    } catch (error) {
      // What is not JSON, or is too deep to be looked into, is looked through as a text.
      if (!isMfmError(error)) throw error
      return this.#guard.scanText(new TextDecoder().decode(bytes))
    }
  }

  #add(hits: readonly SecretHit[], place: Omit<BundleSecret, 'pointer' | 'rule'>): void {
    this.#total += hits.length
    for (const { pointer, rule } of hits) {
      if (this.#hits.length < MAX_REPORTED) this.#hits.push({ ...place, pointer, rule })
    }
  }
}

function placeOf({ runId, seq, document }: BundleSecret): string {
  const what = document === null ? `event ${seq}` : `the ${document.kind} ${document.id}`
  return `${what} of run ${runId}`
}

import type { JetStreamClient, JetStreamManager, MsgRequest, StoredMsg } from '@nats-io/jetstream'
import { jetstream } from '@nats-io/jetstream'
import { headers, nuid } from '@nats-io/transport-node'
import type { Link, Signal } from './link.ts'
import { isConflict } from './nats-error.ts'

/** A message to be added, if it becomes the next one of its subject. */
export interface Addition {
  readonly subject: string
  readonly body: Uint8Array | string
  /** Sequence, in the stream, of the last message of the subject; 0 where there must be none. */
  readonly after: number
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** One stream of JetStream: messages in one order, each with a subject. */
export class SubjectLog {
  readonly stream: string
  readonly #link: Link
  readonly #manager: JetStreamManager
  readonly #client: JetStreamClient

  constructor(link: Link, manager: JetStreamManager, stream: string) {
    this.stream = stream
    this.#link = link
    this.#manager = manager
    this.#client = jetstream(link.connection, { timeout: link.callMillis })
  }

  /**
   * Adds a message, once however often the call is repeated on a new connection; gives its sequence, or `undefined` where
   * another message of the subject was first.
   */
  async add(signal: Signal, addition: Addition): Promise<number | undefined> {
    const { subject, body, after } = addition
    const fields = headers()
    for (const [name, value] of Object.entries(addition.headers ?? {})) fields.set(name, value)
    // The server knows what it has stored by this id, and says so instead of refusing it.
    const options = { msgID: nuid.next(), headers: fields, expect: { lastSubjectSequence: after } }
    return await this.#link.call(signal, async () => {
      try {
        return (await this.#client.publish(subject, body, options)).seq
      } catch (error) {
        if (isConflict(error)) return
        throw error
      }
    })
  }

  /** The last message of a subject, as the leader of the stream has it. */
  async last(signal: Signal, subject: string): Promise<StoredMsg | undefined> {
    return await this.#get(signal, { last_by_subj: subject })
  }

  /** The first message from a sequence on that has a subject, which may hold wildcards. */
  async next(signal: Signal, subject: string, seq: number): Promise<StoredMsg | undefined> {
    // The server has known this form since 2.9; the declarations of the client name it for direct gets alone.
    return await this.#get(signal, { seq, next_by_subj: subject } as MsgRequest)
  }

  /** {@link last} from any server that has it, for a subject whose message never changes. */
  async only(signal: Signal, subject: string): Promise<StoredMsg | undefined> {
    const { stream } = this
    const found = await this.#link.call(signal, () =>
      this.#manager.direct.getMessage(stream, { last_by_subj: subject }),
    )
    return found ?? (await this.last(signal, subject))
  }

  /** All subjects that match, in no order. */
  async subjects(signal: Signal, filter: string): Promise<readonly string[]> {
    const { state } = await this.#link.call(signal, () =>
      this.#manager.streams.info(this.stream, { subjects_filter: filter }),
    )
    return Object.keys(state.subjects ?? {})
  }

  /** Removes all messages of a subject, which may hold wildcards; gives how many there were. */
  async purge(signal: Signal, filter: string): Promise<number> {
    const { purged } = await this.#link.call(signal, () =>
      this.#manager.streams.purge(this.stream, { filter }),
    )
    return purged
  }

  async #get(signal: Signal, query: MsgRequest): Promise<StoredMsg | undefined> {
    const found = await this.#link.call(signal, () =>
      this.#manager.streams.getMessage(this.stream, query),
    )
    return found ?? undefined
  }
}

import type { CallOptions, Capability, StoreDescription, Stores } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { JetStreamManager } from '@nats-io/jetstream'
import { jetstreamManager } from '@nats-io/jetstream'
import { ArtifactDriver } from './artifact-driver.ts'
import { NatsArtifactStore } from './artifact-store.ts'
import { connectLink } from './connect.ts'
import { EventDriver } from './event-driver.ts'
import { NatsEventStore } from './event-store.ts'
import { FactDriver } from './fact-driver.ts'
import { NatsFactIndex } from './fact-index.ts'
import { Lifetime } from './lifetime.ts'
import type { Link } from './link.ts'
import type { CheckedOptions, NatsStoreOptions } from './options.ts'
import { checkOptions } from './options.ts'
import { RunFeed } from './run-feed.ts'
import { prepareStream } from './streams.ts'
import { SubjectLog } from './subject-log.ts'

/** The three ports on three streams. */
export interface NatsStores extends Stores, AsyncDisposable {
  readonly events: NatsEventStore
  readonly artifacts: NatsArtifactStore
  readonly facts: NatsFactIndex
}

/** Longest part of a document: a reply that holds one is a third longer, and must be no longer than a message may be. */
const PART_BYTES = 2 ** 19
/** What headers may take of a message. */
const HEADER_BYTES = 2 ** 13

/**
 * Opens the stores on the streams `<prefix>-events`, `<prefix>-artifacts` and `<prefix>-facts`, which are made where they
 * are missing.
 *
 * @throws MfmError `invalid_option`, `store_unavailable`, `store_timeout`, `store_unsuitable` where a stream may drop
 * what is stored in it or the server has no JetStream, `store_failed`; the reason of the signal
 *
 * @example
 * await using stores = await openNatsStores({ url: 'nats://127.0.0.1:4222' })
 * const id = await stores.artifacts.put('output', new TextEncoder().encode('hello'))
 */
export async function openNatsStores(
  options: NatsStoreOptions,
  { signal }: CallOptions = {},
): Promise<NatsStores> {
  const checked = checkOptions(options)
  signal?.throwIfAborted()
  const link = await connectLink(checked)
  try {
    return await openOn(link, checked)
  } catch (error) {
    await link.close()
    throw error
  }
}

async function openOn(link: Link, checked: CheckedOptions): Promise<NatsStores> {
  const { prefix, limits, replicas, sweepAfterMillis } = checked
  const maxPayload = link.connection.info?.max_payload ?? 0
  const partBytes = Math.min(PART_BYTES, Math.floor(maxPayload / 2) - HEADER_BYTES)
  if (partBytes <= 0) throw unsuitable('it takes no messages as long as 16 KiB', { maxPayload })
  const manager = await link.call(undefined, () =>
    jetstreamManager(link.connection, { timeout: link.callMillis }).catch(withoutJetStream),
  )
  const prepare = (area: string, perSubject: number): ReturnType<typeof prepareStream> =>
    prepareStream(link, manager, {
      name: `${prefix}-${area}`,
      subjects: `${prefix}.${area}.>`,
      perSubject,
      replicas,
    })
  const log = (area: string): SubjectLog => new SubjectLog(link, manager, `${prefix}-${area}`)
  const [events, artifacts, facts] = await Promise.all([
    prepare('events', -1),
    prepare('artifacts', -1),
    prepare('facts', 1),
  ])
  const eventDriver = new EventDriver(log('events'), { prefix, partBytes, secret: events.created })
  const artifactDriver = new ArtifactDriver(log('artifacts'), prefix, partBytes)
  await Promise.all([eventDriver.sweep(sweepAfterMillis), artifactDriver.sweep(sweepAfterMillis)])
  return assemble(link, limits.payloadBytes, {
    eventDriver,
    artifactDriver,
    factDriver: new FactDriver(log('facts'), prefix),
    isReplicated: [events, artifacts, facts].every(({ isReplicated }) => isReplicated),
  })
}

interface Backend {
  readonly eventDriver: EventDriver
  readonly artifactDriver: ArtifactDriver
  readonly factDriver: FactDriver
  readonly isReplicated: boolean
}

function assemble(
  link: Link,
  payloadBytes: number,
  { eventDriver, artifactDriver, factDriver, isReplicated }: Backend,
): NatsStores {
  // Every port may be closed alone; what they share ends with the last of them.
  let open = 3
  const release = async (): Promise<void> => {
    open--
    if (open === 0) await link.close()
  }
  const events = new NatsEventStore({
    description: describe(isReplicated, 'watch'),
    driver: eventDriver,
    lifetime: new Lifetime(release),
    feed: new RunFeed(link.connection),
    payloadBytes,
  })
  const artifacts = new NatsArtifactStore({
    description: describe(isReplicated, 'getMany', 'putMany', 'erase', 'list'),
    driver: artifactDriver,
    lifetime: new Lifetime(release),
    payloadBytes,
  })
  const facts = new NatsFactIndex({
    description: describe(isReplicated),
    driver: factDriver,
    lifetime: new Lifetime(release),
  })
  const close = async (): Promise<void> => {
    await Promise.all([events.close(), artifacts.close(), facts.close()])
  }
  return { events, artifacts, facts, close, [Symbol.asyncDispose]: close }
}

/**
 * A server writes to its disk every two minutes, whatever it has acknowledged; so one alone keeps nothing safe from a
 * power cut, and only several do.
 */
function describe(isReplicated: boolean, ...capabilities: readonly Capability[]): StoreDescription {
  return Object.freeze({
    name: 'store-nats',
    durability: isReplicated ? 'replicated' : 'process',
    capabilities: Object.freeze(capabilities),
  })
}

function withoutJetStream(error: unknown): JetStreamManager {
  if (!(error instanceof Error) || error.name !== 'JetStreamNotEnabled') throw error
  throw unsuitable('JetStream is off: start it with -js', {}, error)
}

function unsuitable(
  problem: string,
  details: Readonly<Record<string, number>>,
  cause?: unknown,
): MfmError {
  return new MfmError('store_unsuitable', {
    message: `the NATS server does not suit: ${problem}`,
    details,
    cause,
  })
}

import { createHash } from 'node:crypto'
import type { EncodedEvent } from '@mfm/adapter-kit'
import type { Backdoor, EventDamage } from '@mfm/conformance'
import type { ArtifactId, EventEnvelope, FactKey, RunId } from '@mfm/core-types'
import type { JetStreamClient, JetStreamManager, StoredMsg } from '@nats-io/jetstream'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect, headers } from '@nats-io/transport-node'
import { packAppend } from '../src/event-message.ts'
import { Link } from '../src/link.ts'

const AREAS = ['events', 'artifacts', 'facts'] as const

interface Server {
  readonly manager: JetStreamManager
  readonly client: JetStreamClient
}

interface Place {
  readonly url: string
  /** Where the server tells of itself, by HTTP. */
  readonly monitor: string
}

/** What is stored for scopes, asked of the server itself. */
export function natsBackdoor(place: () => Promise<Place>): {
  readonly backdoor: Backdoor
  readonly destroy: (scope: string) => Promise<void>
  readonly close: () => Promise<void>
} {
  let connecting: Promise<Server & { readonly link: Link }> | undefined
  const server = async (): Promise<Server> => {
    connecting ??= connectTo((await place()).url)
    const { link, ...parts } = await connecting
    // The server may have been restarted since it was asked last.
    await link.call(undefined, () => link.connection.flush())
    return parts
  }
  return {
    destroy: async (scope) => {
      const { manager } = await server()
      await Promise.all(AREAS.map((area) => ifThere(manager.streams.delete(`${scope}-${area}`))))
    },
    close: async () => {
      await (await connecting)?.link.close()
    },
    backdoor: {
      ...artifactBackdoor(server),
      ...eventBackdoor(server),
      connections: async () => {
        const response = await fetch(`${(await place()).monitor}/connz`)
        return Object(await response.json()).num_connections
      },
      wipeFacts: async (scope) => {
        await (await server()).manager.streams.purge(`${scope}-facts`)
      },
      writeFact: async (scope, run, key, raw) => {
        const body = raw.kind === 'text' ? raw.text : new Uint8Array([0xff, 0, 1])
        await (await server()).client.publish(factSubject(scope, run, key), body)
      },
      factsExpire: async (scope) => {
        const { config } = await (await server()).manager.streams.info(`${scope}-facts`)
        return config.max_age !== 0 || config.max_msgs !== -1
      },
      contents: async (scope) => {
        const { manager } = await server()
        const found = await Promise.all(
          AREAS.map((area) => ifThere(manager.streams.info(`${scope}-${area}`))),
        )
        return found.flatMap((info) => (info === undefined ? [] : [info.config.name]))
      },
    },
  }
}

function artifactBackdoor(server: () => Promise<Server>): Backdoor {
  const last = async (scope: string, id: ArtifactId): Promise<StoredMsg | undefined> => {
    const { manager } = await server()
    const query = { last_by_subj: `${scope}.artifacts.${id}` }
    return (await ifThere(manager.streams.getMessage(`${scope}-artifacts`, query))) ?? undefined
  }
  const partsOf = async (scope: string, id: string): Promise<readonly string[]> => {
    const { manager } = await server()
    const info = await ifThere(
      manager.streams.info(`${scope}-artifacts`, {
        subjects_filter: `${scope}.artifacts.${id}.*.*`,
      }),
    )
    return Object.keys(info?.state.subjects ?? {})
  }
  return {
    readArtifact: async (scope, id) => {
      const message = await last(scope, id)
      if (message === undefined) return
      const count = Number(message.header.get('Mfm-Parts'))
      const base = `${scope}.artifacts.${id}.${message.header.get('Mfm-Upload')}`
      const { manager } = await server()
      const parts = await Promise.all(
        Array.from({ length: count }, (_, index) =>
          manager.streams.getMessage(`${scope}-artifacts`, { last_by_subj: `${base}.${index}` }),
        ),
      )
      return Buffer.concat([message, ...parts].map((part) => part?.data ?? new Uint8Array()))
    },
    writeArtifact: async (scope, id, bytes) => {
      const { manager, client } = await server()
      const stream = `${scope}-artifacts`
      const subject = `${scope}.artifacts.${id}`
      for (const filter of [subject, `${subject}.*.*`])
        await manager.streams.purge(stream, { filter })
      await client.publish(subject, bytes)
    },
    artifactVersion: async (scope, id) => (await last(scope, id))?.seq.toString(),
    leftovers: async (scope) => {
      const parts = await partsOf(scope, '*')
      const named = await Promise.all(
        parts.map(async (subject) => {
          const [id = '', upload = ''] = subject.slice(`${scope}.artifacts.`.length).split('.')
          return (await last(scope, id as ArtifactId))?.header.get('Mfm-Upload') === upload
        }),
      )
      return parts.filter((_, index) => named[index] !== true)
    },
  }
}

function eventBackdoor(server: () => Promise<Server>): Backdoor {
  const messagesOf = async (scope: string, run: RunId): Promise<StoredMsg[]> => {
    const { manager } = await server()
    const messages: StoredMsg[] = []
    for (let seq = 1; ; ) {
      const next = { seq, next_by_subj: `${scope}.events.${run}` }
      const message = await manager.direct.getMessage(`${scope}-events`, next)
      if (message === null) return messages
      messages.push(message)
      seq = message.seq + 1
    }
  }
  return {
    streamFingerprint: async (scope, run) => {
      const hash = createHash('sha256')
      for (const { seq, header, data } of await messagesOf(scope, run)) {
        hash.update(`${seq} ${header}`).update(data)
      }
      return hash.digest('hex')
    },
    damageEvents: async (scope, run, seq, how) => {
      const { manager, client } = await server()
      const messages = await messagesOf(scope, run)
      await manager.streams.purge(`${scope}-events`, { filter: `${scope}.events.${run}` })
      // A message cannot be changed in its place, so all of them are written again.
      for (const { header, data } of damaged(messages, seq, how)) {
        const fields = headers()
        for (const name of header.keys()) {
          if (name.startsWith('Mfm-')) fields.set(name, header.get(name))
        }
        await client.publish(`${scope}.events.${run}`, data, { headers: fields })
      }
    },
    seedHead: async (scope, run, head) => {
      const event = {
        type: 'domain',
        v: 1,
        name: 'seeded',
        payload: null,
        payloadRef: null,
      } as const
      const envelope: EventEnvelope = {
        runId: run,
        seq: head,
        tsMillis: null,
        prev: null,
        event: { ...event, stateId: null, attempt: null },
      }
      const encoded: EncodedEvent = { envelope, text: JSON.stringify(envelope) }
      const { headers: notes, body } = packAppend([encoded], undefined)
      const fields = headers()
      for (const [name, value] of Object.entries(notes)) fields.set(name, value)
      await (await server()).client.publish(`${scope}.events.${run}`, body, { headers: fields })
    },
  }
}

type Message = Pick<StoredMsg, 'header' | 'data'>

function damaged(messages: readonly Message[], seq: number, how: EventDamage): readonly Message[] {
  const at = messages.findLastIndex(({ header }) => Number(header.get('Mfm-First')) <= seq)
  const message = messages[at]
  if (message === undefined) throw new Error(`there is no event ${seq}`)
  const { header, data } = message
  const texts = Buffer.from(data).toString('utf8').split('\n')
  const index = seq - Number(header.get('Mfm-First'))
  const withTexts = (changed: readonly string[]): readonly Message[] =>
    messages.with(at, { header, data: Buffer.from(changed.join('\n')) })
  const text = texts[index] ?? ''
  switch (how) {
    case 'flip':
      return withTexts(texts.with(index, text.replace('"domain"', '"domaim"')))
    case 'truncate':
      return withTexts(texts.with(index, text.slice(0, -10)))
    case 'unlink':
      return withTexts(
        texts.with(
          index,
          text.replace(/"prev":"(.)/, (_, digit) => `"prev":"${digit === '0' ? 1 : 0}`),
        ),
      )
    case 'drop':
      return texts.length === 1 ? messages.toSpliced(at, 1) : withTexts(texts.toSpliced(index, 1))
    case 'swap': {
      const [one, other] = [texts[index], texts[index + 1]]
      if (one !== undefined && other !== undefined) {
        return withTexts(texts.with(index, other).with(index + 1, one))
      }
      const [first, second] = [messages[at], messages[at + 1]]
      if (first === undefined || second === undefined) throw new Error(`event ${seq} is the last`)
      return messages.with(at, second).with(at + 1, first)
    }
  }
}

async function connectTo(url: string): Promise<Server & { readonly link: Link }> {
  const connection = await connect({
    servers: url,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 10,
    timeout: 20_000,
  })
  return {
    link: new Link(connection, 20_000, true),
    manager: await jetstreamManager(connection, { timeout: 20_000 }),
    client: jetstream(connection),
  }
}

function factSubject(scope: string, run: RunId, key: FactKey): string {
  return `${scope}.facts.${run}.${createHash('sha256').update(key).digest('hex')}`
}

/** What there is, or `undefined` where the stream is not there. */
async function ifThere<T>(asking: Promise<T>): Promise<T | undefined> {
  try {
    return await asking
  } catch (error) {
    if (Object(error).code === 10_059) return undefined
    throw error
  }
}

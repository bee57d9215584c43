import { createHash } from 'node:crypto'
import type { Backdoor } from '@mfm/conformance'
import type { ArtifactId, FactKey, RunId } from '@mfm/core-types'
import type { JetStreamClient, JetStreamManager, StoredMsg } from '@nats-io/jetstream'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { connect } from '@nats-io/transport-node'

const AREAS = ['events', 'artifacts', 'facts'] as const

interface Server {
  readonly connection: NatsConnection
  readonly manager: JetStreamManager
  readonly client: JetStreamClient
}

/** What is stored for scopes, asked of the server itself. */
export function natsBackdoor(serverUrl: () => Promise<string>): {
  readonly backdoor: Backdoor
  readonly destroy: (scope: string) => Promise<void>
  readonly close: () => Promise<void>
} {
  let connecting: Promise<Server> | undefined
  const server = async (): Promise<Server> => {
    connecting ??= connectTo(await serverUrl())
    return await connecting
  }
  return {
    destroy: async (scope) => {
      const { manager } = await server()
      await Promise.all(AREAS.map((area) => ifThere(manager.streams.delete(`${scope}-${area}`))))
    },
    close: async () => {
      await (await connecting)?.connection.close()
    },
    backdoor: {
      ...artifactBackdoor(server),
      streamFingerprint: async (scope, run) => {
        const { manager } = await server()
        const hash = createHash('sha256')
        for (let seq = 1; ; ) {
          const next = { seq, next_by_subj: `${scope}.events.${run}` }
          const message = await manager.direct.getMessage(`${scope}-events`, next)
          if (message === null) return hash.digest('hex')
          hash.update(`${message.seq} ${message.header}`).update(message.data)
          seq = message.seq + 1
        }
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

async function connectTo(url: string): Promise<Server> {
  const connection = await connect({
    servers: url,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 10,
    timeout: 20_000,
  })
  return {
    connection,
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

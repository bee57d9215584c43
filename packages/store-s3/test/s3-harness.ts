import { readdir, readFile, readlink } from 'node:fs/promises'
import type { Backdoor, Harness, OpenOptions } from '@mfm/conformance'
import type { PrivateService } from '@mfm/services'
import { privateService } from '@mfm/services'
import type { S3ArtifactStoreOptions } from '../src/index.ts'
import { openS3ArtifactStore } from '../src/index.ts'
import { artifactKey } from '../src/object-key.ts'
import type { ServerAddress } from './test-bucket.ts'
import { TestBucket } from './test-bucket.ts'

const BUCKET = 'conformance'

/** Shorter than the default: what cannot succeed is repeated until then. */
const CALL_MILLIS = 8000

type Release = 's3' | 's3-plain'

/** The server of one process and its children: one that may be restarted. */
class OwnServer {
  readonly #release: Release
  readonly #variable: string
  #started: Promise<PrivateService<Release>> | undefined
  #bucket: Promise<TestBucket> | undefined

  constructor(release: Release) {
    this.#release = release
    // Tells a child process which server this one uses.
    this.#variable = `MFM_STORE_S3_TEST_${release.toUpperCase().replace('-', '_')}`
  }

  bucket(): Promise<TestBucket> {
    this.#bucket ??= this.#open()
    return this.#bucket
  }

  async restart(): Promise<void> {
    await this.bucket()
    await (await this.#started)?.restart()
  }

  async stop(): Promise<void> {
    await (await this.#started)?.stop()
  }

  async #open(): Promise<TestBucket> {
    const given = process.env[this.#variable]
    // What this class wrote into the environment of its parent.
    if (given !== undefined) return new TestBucket(JSON.parse(given) as ServerAddress, BUCKET)
    this.#started = privateService(this.#release)
    const { url, accessKeyId, secretAccessKey } = await this.#started
    const address = { url, accessKeyId, secretAccessKey }
    process.env[this.#variable] = JSON.stringify(address)
    return await TestBucket.open(address, BUCKET)
  }
}

/** How many connections this process has to a port. */
async function connectionsTo(port: number): Promise<number> {
  const open = new Set<string>()
  for (const fd of await readdir('/proc/self/fd')) {
    const target = await readlink(`/proc/self/fd/${fd}`).catch(() => '')
    open.add(target.replace(/^socket:\[(\d+)\]$/, '$1'))
  }
  const [, ...lines] = (await readFile('/proc/net/tcp', 'utf8')).trim().split('\n')
  const remote = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return lines.filter((line) => {
    const fields = line.trim().split(/\s+/)
    return fields[2]?.endsWith(remote) === true && open.has(fields[9] ?? '')
  }).length
}

function backdoorOf(server: OwnServer): Backdoor {
  return {
    readArtifact: async (scope, id) => (await server.bucket()).read(artifactKey(`${scope}/`, id)),
    writeArtifact: async (scope, id, bytes) => {
      await (await server.bucket()).write(artifactKey(`${scope}/`, id), bytes)
    },
    artifactVersion: async (scope, id) => {
      const bucket = await server.bucket()
      const key = artifactKey(`${scope}/`, id)
      return (await bucket.keys(key)).length === 0 ? undefined : (await bucket.head(key)).version
    },
    leftovers: async (scope) => {
      const bucket = await server.bucket()
      return [...(await bucket.uploads(`${scope}/`)), ...(await bucket.keys(`${scope}/probes/`))]
    },
    contents: async (scope) => (await server.bucket()).keys(`${scope}/`),
    connections: async () => {
      const bucket = await server.bucket()
      bucket.client.destroy() // its own do not count; it connects again when it is asked
      return await connectionsTo(Number(new URL(bucket.address.url).port))
    },
  }
}

/** The harness of the adapter on one release of the server. */
export function s3Harness(release: Release, version: string, module: string): Harness {
  const server = new OwnServer(release)
  const optionsFor = async (
    scope: string,
    { payloadBytes, callMillis, via }: OpenOptions,
  ): Promise<S3ArtifactStoreOptions> => ({
    ...(await server.bucket()).options(`${scope}/`),
    ...(via === undefined ? {} : { endpoint: `http://${via.host}:${via.port}` }),
    callMillis: callMillis ?? CALL_MILLIS,
    ...(payloadBytes === undefined ? {} : { limits: { payloadBytes } }),
  })
  return {
    name: 'store-s3',
    version,
    contract: '1.x',
    ports: ['artifacts'],
    isShared: true,
    module,
    open: async (scope, options = {}) => {
      const { signal } = options
      const artifacts = await openS3ArtifactStore(await optionsFor(scope, options), { signal })
      return { artifacts, close: () => artifacts.close() }
    },
    destroy: async (scope) => (await server.bucket()).clear(`${scope}/`),
    backdoor: backdoorOf(server),
    server: async () => {
      const { hostname, port } = new URL((await server.bucket()).address.url)
      return { host: hostname, port: Number(port) }
    },
    restartServer: () => server.restart(),
    close: () => server.stop(),
    openWithCredentials: async (user, password) => {
      const credentials = { accessKeyId: user, secretAccessKey: password }
      const options = { ...(await server.bucket()).options('x/'), credentials }
      const artifacts = await openS3ArtifactStore(options)
      return { artifacts, close: () => artifacts.close() }
    },
    wrongOptions: [
      () => openS3ArtifactStore({ bucket: '' }),
      () => openS3ArtifactStore({ bucket: 'b', endpoint: 'http://user:password@host/' }),
      () => openS3ArtifactStore({ bucket: 'bucket', prefix: '../x' }),
      () => openS3ArtifactStore({ bucket: 'bucket', callMillis: 0 }),
      () => openS3ArtifactStore({ bucket: 'bucket', limits: { partBytes: 1 } }),
      () => openS3ArtifactStore({ bucket: 'bucket', credentials: { accessKeyId: 'x' } as never }),
      () => openS3ArtifactStore({ bucket: 'bucket', createOnly: 'sometimes' as never }),
      () => openS3ArtifactStore({ bucket: 'bucket', pathstyle: true } as never),
      () => openS3ArtifactStore({ bucket: 'bucket', client: {} as never }),
    ],
  }
}

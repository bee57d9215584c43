// S3 by the RADOS Gateway of Ceph, in two releases: 20 keeps SHA-256 sums, 18 knows nothing of them.
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { ServiceName } from '../addresses.ts'
import { variableOf } from '../addresses.ts'
import { folderOf } from '../binaries.ts'
import type { ServerProcess } from '../child.ts'
import { run } from '../child.ts'
import { canInstall, unpackedTree } from '../debian.ts'
import { freePorts } from '../free-ports.ts'
import type { CephPlace } from './rgw-cluster.ts'
import { runCeph, startCeph, startCluster } from './rgw-cluster.ts'
import type { Server, ServerKind, Settings } from './server.ts'
import { howToGet } from './server.ts'

const HOST = '127.0.0.1'
const CREDENTIALS = { accessKeyId: 'mfm-test-key', secretAccessKey: 'mfm-test-secret' }
const PROGRAMS = ['radosgw', 'radosgw-admin', 'ceph-mon', 'ceph-osd', 'ceph', 'monmaptool']

interface Release {
  readonly name: ServiceName
  readonly suite: string
  readonly version: RegExp
}

const isInstalled = async ({ version }: Release): Promise<boolean> =>
  (await folderOf(PROGRAMS)) !== undefined && version.test(await run('radosgw', ['--version']))

/** The tree to enter for this release, or undefined when the machine has it installed. */
const treeOf = async (release: Release): Promise<string | undefined> => {
  if (await isInstalled(release)) return undefined
  if (!canInstall()) {
    throw howToGet('Ceph RGW', 'radosgw ceph-mon ceph-osd', variableOf(release.name))
  }
  const { suite } = release
  return await unpackedTree(`rgw-${suite}`, suite, ['radosgw', 'ceph-mon', 'ceph-osd'])
}

/** Inside of a tree the daemons see nothing else, so that their folder must be in it. */
const placeOf = async (tree: string | undefined, folder: string): Promise<CephPlace> => {
  if (tree === undefined) return { tree, folder, inner: folder }
  // A tree that was only unpacked has no /srv yet: an installation would have made it.
  await mkdir(join(tree, 'srv'), { recursive: true })
  const inside = await mkdtemp(join(tree, 'srv', 'mfm-'))
  return { tree, folder: inside, inner: `/srv/${basename(inside)}` }
}

const answersHttp = async (port: number): Promise<boolean> => {
  try {
    const response = await fetch(`http://${HOST}:${port}/`)
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}

const startGateway = async (place: CephPlace, port: number): Promise<ServerProcess> => {
  const gateway = await startCeph(place, 'radosgw', [])
  await gateway.waitUntil(() => answersHttp(port))
  return gateway
}

const createUser = (place: CephPlace): Promise<string> => {
  const { accessKeyId, secretAccessKey } = CREDENTIALS
  const user = ['user', 'create', '--uid', 'mfm', '--display-name', 'mfm']
  const keys = ['--access-key', accessKeyId, '--secret', secretAccessKey]
  return runCeph(place, 'radosgw-admin', [...user, ...keys])
}

const startRelease = async (
  release: Release,
  folder: string,
  settings: Settings,
): Promise<Server> => {
  const place = await placeOf(await treeOf(release), folder)
  const [port = 0, monitor = 0] = await freePorts(2)
  const running: ServerProcess[] = []
  // Nothing of it is kept, so there is no orderly end.
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((child) => child.stop('SIGKILL')))
    if (place.tree !== undefined) await rm(place.folder, { recursive: true, force: true })
  }
  try {
    running.push(...(await startCluster(place, { gateway: port, monitor }, settings)))
    await createUser(place)
    running.push(await startGateway(place, port))
  } catch (error) {
    await stop()
    throw error
  }
  const url = `http://${HOST}:${port}`
  return {
    address: { name: release.name, url, host: HOST, port, ...CREDENTIALS },
    // The objects are in the memory of the storage daemon, which stays. The gateway keeps nothing, and its orderly end
    // takes more than ten seconds.
    restart: async () => {
      await running.pop()?.stop('SIGKILL')
      running.push(await startGateway(place, port))
    },
    stop,
  }
}

const kindOf = (release: Release): ServerKind => ({
  prepare: async () => {
    await treeOf(release)
  },
  start: (folder, settings) => startRelease(release, folder, settings),
})

export const s3: ServerKind = kindOf({ name: 's3', suite: 'forky', version: /version 20\./ })
export const s3Plain: ServerKind = kindOf({
  name: 's3-plain',
  suite: 'trixie',
  version: /version 18\./,
})

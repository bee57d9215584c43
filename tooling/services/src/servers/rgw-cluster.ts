// The monitor and the storage daemon behind a Ceph gateway: one of each, in memory, on loopback, without a manager.
import { randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run, ServerProcess } from '../child.ts'

/** Where the programs of Ceph are: those of the machine, or those of a tree that is entered by chroot. */
export interface CephPlace {
  readonly tree: string | undefined
  /** The folder as this process sees it. */
  readonly folder: string
  /** The same folder as Ceph sees it. */
  readonly inner: string
}

export interface CephPorts {
  readonly gateway: number
  readonly monitor: number
}

type Command = readonly [command: string, args: readonly string[]]

const commandIn = (place: CephPlace, program: string, args: readonly string[]): Command =>
  place.tree === undefined ? [program, args] : ['chroot', [place.tree, program, ...args]]

const conf = (place: CephPlace): readonly string[] => ['-c', `${place.inner}/ceph.conf`]

export const runCeph = (
  place: CephPlace,
  program: string,
  args: readonly string[],
): Promise<string> => run(...commandIn(place, program, [...conf(place), ...args]))

export const startCeph = (
  place: CephPlace,
  program: string,
  args: readonly string[],
): Promise<ServerProcess> => {
  const log = join(place.folder, `${program}.out`)
  return ServerProcess.start(...commandIn(place, program, [...conf(place), ...args, '-f']), log)
}

/**
 * `ms mon client mode = crc` because the gateway's default is `secure`, which fails without a word where cephx is off;
 * the short paxos intervals take about ten seconds off the start; without `tcp_nodelay` a small read takes 45 ms.
 */
const configuration = (
  { inner }: CephPlace,
  ports: CephPorts,
  fsid: string,
  gatewaySettings: Readonly<Record<string, string>>,
): string => `[global]
fsid = ${fsid}
mon host = [v2:127.0.0.1:${ports.monitor}/0]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
run dir = ${inner}
admin socket =
log file = ${inner}/$type.log
log to stderr = false
debug ms = 0/0
mon allow pool size one = true
mon warn on pool no redundancy = false
mon data avail crit = 1
mon max pg per osd = 1000
paxos propose interval = 0.02
paxos min wait = 0.01
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd objectstore = memstore
memstore device bytes = 8589934592
osd data = ${inner}/osd
[mon.a]
mon data = ${inner}/mon
[client]
rgw frontends = beast endpoint=127.0.0.1:${ports.gateway} tcp_nodelay=1
rgw enable usage log = false
rgw enable ops log = false
rgw dynamic resharding = false
rgw override bucket index max shards = 1
rgw thread pool size = 64
${Object.entries(gatewaySettings)
  .map(([name, value]) => `${name} = ${value}\n`)
  .join('')}`

/** Starts both daemons of a new, empty cluster; they are ready when this returns. */
export const startCluster = async (
  place: CephPlace,
  ports: CephPorts,
  gatewaySettings: Readonly<Record<string, string>>,
): Promise<readonly ServerProcess[]> => {
  const fsid = randomUUID()
  await mkdir(join(place.folder, 'mon'), { recursive: true })
  await mkdir(join(place.folder, 'osd'), { recursive: true })
  const text = configuration(place, ports, fsid, gatewaySettings)
  await writeFile(join(place.folder, 'ceph.conf'), text)
  const monmap = `${place.inner}/monmap`
  const monitor = ['a', `[v2:127.0.0.1:${ports.monitor}]`]
  const create = ['--create', '--clobber', '--fsid', fsid, '--addv', ...monitor, monmap]
  await run(...commandIn(place, 'monmaptool', create))
  await runCeph(place, 'ceph-mon', ['-i', 'a', '--mkfs', '--monmap', monmap])
  const started = [await startCeph(place, 'ceph-mon', ['-i', 'a'])]
  try {
    const osd = randomUUID()
    await runCeph(place, 'ceph', ['--connect-timeout', '30', 'osd', 'new', osd])
    await runCeph(place, 'ceph-osd', ['-i', '0', '--mkfs', '--osd-uuid', osd])
    started.push(await startCeph(place, 'ceph-osd', ['-i', '0']))
    return started
  } catch (error) {
    await Promise.all(started.map((child) => child.stop('SIGKILL')))
    throw error
  }
}

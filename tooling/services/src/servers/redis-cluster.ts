import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ServerProcess } from '../child.ts'
import { freePorts } from '../free-ports.ts'
import { askRedis } from '../resp.ts'
import { prepareRedis, startRedisProcess } from './redis.ts'
import type { Server, ServerKind, Settings } from './server.ts'

const HOST = '127.0.0.1'
const NODES = 3
const SLOTS = 16_384
const READY_WITHIN_MS = 30_000

interface ClusterNode {
  readonly folder: string
  readonly port: number
  readonly busPort: number
}

const ask = (node: ClusterNode, ...command: readonly string[]): Promise<string> =>
  askRedis({ host: HOST, port: node.port }, ...command)

/** Each node takes an equal share of the slots, then the first is introduced to the others. */
const form = async (nodes: readonly ClusterNode[]): Promise<void> => {
  for (const [index, node] of nodes.entries()) {
    const from = Math.floor((index * SLOTS) / nodes.length)
    const to = Math.floor(((index + 1) * SLOTS) / nodes.length) - 1
    await ask(node, 'CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1))
    await ask(node, 'CLUSTER', 'ADDSLOTSRANGE', String(from), String(to))
  }
  const [first, ...others] = nodes
  if (first === undefined) return
  for (const { port, busPort } of others) {
    await ask(first, 'CLUSTER', 'MEET', HOST, String(port), String(busPort))
  }
}

const isWhole = async (node: ClusterNode): Promise<boolean> => {
  const info = await ask(node, 'CLUSTER', 'INFO')
  return (
    info.includes('cluster_state:ok') &&
    info.includes(`cluster_slots_ok:${SLOTS}`) &&
    info.includes(`cluster_known_nodes:${NODES}`)
  )
}

const waitUntilWhole = async (nodes: readonly ClusterNode[]): Promise<void> => {
  const deadline = performance.now() + READY_WITHIN_MS
  while (!(await Promise.all(nodes.map(isWhole))).every(Boolean)) {
    if (performance.now() > deadline) throw new Error('the nodes of the cluster did not meet')
    await delay(50)
  }
}

const startNode = (node: ClusterNode, settings: Settings): Promise<ServerProcess> =>
  startRedisProcess(node.folder, node.port, {
    'cluster-enabled': 'yes',
    'cluster-port': String(node.busPort),
    'cluster-node-timeout': '5000',
    ...settings,
  })

const start = async (folder: string, settings: Settings): Promise<Server> => {
  const ports = await freePorts(2 * NODES)
  const nodes = Array.from({ length: NODES }, (_, index) => ({
    folder: join(folder, `node-${index}`),
    port: ports[2 * index] ?? 0,
    busPort: ports[2 * index + 1] ?? 0,
  }))
  const launch = async (): Promise<readonly ServerProcess[]> =>
    await Promise.all(nodes.map((node) => startNode(node, settings)))
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    await Promise.all(children.map((child) => child.stop(signal)))
  }
  let children = await launch()
  try {
    await form(nodes)
    await waitUntilWhole(nodes)
  } catch (error) {
    await stop('SIGKILL')
    throw error
  }
  const [port = 0] = ports
  return {
    address: {
      name: 'redis-cluster',
      url: `redis://${HOST}:${port}`,
      host: HOST,
      port,
      nodes: nodes.map((node) => ({ host: HOST, port: node.port })),
    },
    restart: async () => {
      await stop('SIGTERM')
      children = await launch()
      await waitUntilWhole(nodes)
    },
    stop: () => stop('SIGKILL'),
  }
}

export const redisCluster: ServerKind = { prepare: prepareRedis, start }

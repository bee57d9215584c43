import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

// Below the range from which systems take the ports of outgoing connections, so that a server that starts again
// finds its port still free.
const FIRST = 15_000
const LAST = 32_000

const isFree = async (port: number): Promise<boolean> => {
  const probe = createServer()
  try {
    probe.listen(port, '127.0.0.1')
    await once(probe, 'listening')
    return true
  } catch {
    return false
  } finally {
    probe.close()
  }
}

/** Ports of 127.0.0.1 that nobody listens on now. They are drawn at random, so parallel runs rarely ask for the same. */
export const freePorts = async (count: number): Promise<readonly number[]> => {
  const ports = new Set<number>()
  for (let tries = 0; ports.size < count; tries += 1) {
    if (tries > 1000) throw new Error('no free port on 127.0.0.1')
    const port = randomInt(FIRST, LAST)
    if (await isFree(port)) ports.add(port)
  }
  return Array.from(ports)
}

export const freePort = async (): Promise<number> => {
  const [port] = await freePorts(1)
  if (port === undefined) throw new Error('no free port on 127.0.0.1')
  return port
}

// The process that owns the servers: `node keeper.ts SOCKET [stay]`. It lives as long as its standard input is open,
// so it ends with its parent however the parent ends, and takes the servers with it. With `stay` it lives until SIGTERM.
import process from 'node:process'
import { LocalPool } from './pool.ts'
import { servePool } from './socket.ts'

const [, , socket, mode] = process.argv
if (socket === undefined) throw new Error('usage: keeper.ts SOCKET [stay]')

const pool = await LocalPool.open()
const end = async (): Promise<void> => {
  server.close()
  await pool.close()
  process.exit(0)
}
const server = await servePool(pool, socket)
process.once('SIGTERM', () => void end())
if (mode !== 'stay') process.stdin.once('close', () => void end()).resume()
// Whoever read the messages may be gone; that must not keep the servers from being stopped.
process.stderr.on('error', () => undefined)
process.stdout.write('ready\n')

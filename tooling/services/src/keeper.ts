// The process that owns the servers: `node keeper.ts FOLDER [stay]`. It lives as long as its standard input is open, so
// it ends with its parent however the parent ends, and takes the servers and the folder with it. With `stay` it lives
// until SIGTERM.
import { join } from 'node:path'
import process from 'node:process'
import { LocalPool } from './pool.ts'
import { KEEPER_SOCKET, servePool } from './socket.ts'

const [, , folder, mode] = process.argv
if (folder === undefined) throw new Error('usage: keeper.ts FOLDER [stay]')

const pool = new LocalPool(folder)
const server = await servePool(pool, join(folder, KEEPER_SOCKET))
const end = async (): Promise<void> => {
  server.close()
  await pool.close()
  process.exit(0)
}
process.once('SIGTERM', () => void end())
if (mode !== 'stay') process.stdin.once('close', () => void end()).resume()
// Whoever read the messages may be gone; that must not keep the servers from being stopped.
process.stderr.on('error', () => undefined)
process.stdout.write('ready\n')

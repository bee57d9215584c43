// A Redis client of one command for each connection: enough to ask a server how it is.
import { once } from 'node:events'
import type { NetConnectOpts } from 'node:net'
import { connect } from 'node:net'

/** Simple strings, numbers and errors end with their line; a bulk string says its length first. */
const isComplete = (reply: string): boolean => {
  const end = reply.indexOf('\r\n')
  if (end === -1) return false
  if (!reply.startsWith('$')) return true
  const length = Number(reply.slice(1, end))
  return length === -1 || reply.length >= end + 2 + length + 2
}

/** The reply as text without its framing. Throws when there is no connection or the reply is an error. */
export const askRedis = async (
  place: NetConnectOpts,
  ...command: readonly string[]
): Promise<string> => {
  const socket = connect(place)
  try {
    await once(socket, 'connect')
    const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`)
    socket.write(`*${command.length}\r\n${parts.join('')}`)
    let reply = ''
    for await (const chunk of socket.setEncoding('latin1')) {
      reply += String(chunk)
      if (isComplete(reply)) break
    }
    if (!isComplete(reply) || reply.startsWith('-')) {
      throw new Error(`${command[0]}: ${reply === '' ? 'no reply' : reply.trim()}`)
    }
    return reply.startsWith('$') ? reply.slice(reply.indexOf('\r\n') + 2, -2) : reply.slice(1, -2)
  } finally {
    socket.destroy()
  }
}

export const answersPing = async (place: NetConnectOpts): Promise<boolean> => {
  try {
    return (await askRedis(place, 'PING')) === 'PONG'
  } catch {
    return false
  }
}

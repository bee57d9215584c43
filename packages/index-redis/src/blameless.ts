import type { RedisClient } from './options.ts'

/**
 * An error of the client without what it must not tell: ioredis attaches the command with its arguments, which may be
 * the password, and an old server repeats them in its message.
 */
export function blameless(error: unknown, secrets: readonly string[]): Error {
  const given = error instanceof Error ? error : new Error(String(error))
  let message = given.message
  for (const secret of secrets) message = message.replaceAll(secret, '***')
  const clean = new Error(message)
  clean.name = given.name
  delete clean.stack
  const code: unknown = Object(given).code
  return typeof code === 'string' ? Object.assign(clean, { code }) : clean
}

/** The user names and passwords that a client was given, the longest first. */
export function secretsOf(client: RedisClient): readonly string[] {
  const { redisOptions, ...options } = Object(client.options)
  const texts: string[] = []
  for (const given of [options, redisOptions]) {
    for (const name of ['username', 'password', 'sentinelUsername', 'sentinelPassword']) {
      const text: unknown = Object(given)[name]
      if (typeof text === 'string' && text !== '') texts.push(text)
    }
  }
  return texts.sort((one, other) => other.length - one.length)
}

export { openRedisFactIndex } from './open-fact-index.ts'
export type { RedisClient, RedisIndexOptions } from './options.ts'
export type { RedisFactIndex } from './redis-fact-index.ts'

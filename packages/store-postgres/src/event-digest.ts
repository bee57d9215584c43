import { hash } from 'node:crypto'
import type { RunId } from '@mfm/core-types'

/**
 * What proves a stored event: SHA-256 over its place and its text, so that a text which was changed, or stands
 * in another place, shows.
 */
export function eventDigest(run: RunId, seq: number, text: string): Buffer {
  return hash('sha256', `${run} ${seq} ${text}`, 'buffer')
}

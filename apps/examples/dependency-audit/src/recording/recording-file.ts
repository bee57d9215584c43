import { createHash } from 'node:crypto'
import type { ArtifactId, ArtifactKind, EventEnvelope } from '@mfm/core-types'
import { artifactIdSchema, eventEnvelopeSchema, segmentSchema } from '@mfm/core-types'
import { fail } from '@mfm/workflow'
import { z } from 'zod'

export interface RecordedArtifact {
  readonly id: ArtifactId
  readonly kind: ArtifactKind
  readonly bytes: Uint8Array
}

/** A run outside a store: its documents and its events. */
export interface Recording {
  readonly artifacts: readonly RecordedArtifact[]
  readonly envelopes: readonly EventEnvelope[]
}

const lineSchema = z.union([
  z.strictObject({ artifact: artifactIdSchema, kind: segmentSchema, text: z.string() }),
  z.strictObject({ artifact: artifactIdSchema, kind: segmentSchema, base64: z.base64() }),
  z.strictObject({ envelope: eventEnvelopeSchema }),
])

/** A recording as lines of JSON: documents in the order of the run, then events. */
export function formatRecording({ artifacts, envelopes }: Recording): string {
  const lines = [
    ...artifacts.map(({ id, kind, bytes }) => ({ artifact: id, kind, ...contentOf(bytes) })),
    ...envelopes.map((envelope) => ({ envelope })),
  ]
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}

/**
 * Reads what {@link formatRecording} wrote. Every document is hashed; the links between events are left to whoever
 * takes them.
 *
 * @throws MfmError `recording_damaged` with the line
 */
export function parseRecording(content: string): Recording {
  const artifacts: RecordedArtifact[] = []
  const envelopes: EventEnvelope[] = []
  for (const [index, text] of content.trimEnd().split('\n').entries()) {
    const line = parseLine(text, index + 1)
    if ('envelope' in line) {
      envelopes.push(line.envelope)
      continue
    }
    const bytes =
      'text' in line ? Buffer.from(line.text, 'utf8') : Buffer.from(line.base64, 'base64')
    if (createHash('sha256').update(bytes).digest('hex') !== line.artifact) damaged(index + 1)
    artifacts.push({ id: line.artifact, kind: line.kind, bytes })
  }
  return { artifacts, envelopes }
}

function parseLine(text: string, number: number): z.infer<typeof lineSchema> {
  try {
    return lineSchema.parse(JSON.parse(text))
  } catch (cause) {
    return damaged(number, cause)
  }
}

function damaged(line: number, cause?: unknown): never {
  fail('recording_damaged', { message: `the recording is damaged in line ${line}`, cause })
}

function contentOf(bytes: Uint8Array): { text: string } | { base64: string } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    return { base64: Buffer.from(bytes).toString('base64') }
  }
}

import { createHash } from 'node:crypto'
import type { ArtifactId, EventEnvelope } from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import type { RecordedArtifact } from './recording-file.ts'
import { formatRecording, parseRecording } from './recording-file.ts'

const ENVELOPE = {
  runId: '11111111-2222-4333-8444-555555555555',
  seq: 1,
  tsMillis: 5,
  prev: null,
  event: {
    type: 'domain',
    v: 1,
    name: 'a',
    payload: null,
    payloadRef: null,
    stateId: null,
    attempt: null,
  },
} as EventEnvelope // the ids are branded text

function artifact(bytes: Uint8Array): RecordedArtifact {
  const id = createHash('sha256').update(bytes).digest('hex') as ArtifactId
  return { id, kind: 'attachment', bytes }
}

const TEXT = artifact(Buffer.from('{"é":"\uFEFF"}\n'))
const BYTES = artifact(Uint8Array.of(0xff, 0x00, 0xfe))

describe('a recording', () => {
  it('comes back as it was', () => {
    const content = formatRecording({ artifacts: [TEXT, BYTES], envelopes: [ENVELOPE] })
    const { artifacts, envelopes } = parseRecording(content)
    expect(artifacts.map(({ id, kind, bytes }) => [id, kind, [...bytes]])).toEqual([
      [TEXT.id, 'attachment', [...TEXT.bytes]],
      [BYTES.id, 'attachment', [...BYTES.bytes]],
    ])
    expect(envelopes).toEqual([ENVELOPE])
    expect(formatRecording({ artifacts, envelopes })).toBe(content)
  })

  it('is plain lines', () => {
    const content = formatRecording({ artifacts: [TEXT, BYTES], envelopes: [ENVELOPE] })
    expect(content.endsWith('\n')).toBe(true)
    expect(content.trimEnd().split('\n')).toHaveLength(3)
    expect(content).toContain('"base64":"/wD+"')
  })

  it.each([
    ['a changed document', (content: string) => content.replace('é', 'è')],
    ['a changed digest', (content: string) => content.replace(BYTES.id, TEXT.id)],
    ['a member too many', (content: string) => content.replace('"kind"', '"x":1,"kind"')],
    ['an unknown event', (content: string) => content.replace('"domain"', '"dominion"')],
    ['a cut', (content: string) => content.slice(0, -20)],
    ['nothing', () => ''],
  ])('is refused with %s', (_what, change) => {
    const content = formatRecording({ artifacts: [TEXT, BYTES], envelopes: [ENVELOPE] })
    expect(() => parseRecording(change(content))).toThrow(
      expect.objectContaining({ code: 'recording_damaged' }),
    )
  })
})

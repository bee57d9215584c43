import { canonicalize, parseJson } from '@mfm/canonical-json'
import type { CallOptions, FactKey, IoProvider, JsonValue } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'

export type StreamSource<T> = () => AsyncIterable<T> | Promise<AsyncIterable<T>>

/** Values as a streamed body: a line of JSON is a chunk. */
export async function* streamValues<T>(
  provider: IoProvider,
  {
    name,
    key,
    produce,
  }: {
    readonly name: string
    readonly key: FactKey | undefined
    readonly produce: StreamSource<T>
  },
  options: CallOptions,
): AsyncGenerator<T, undefined> {
  const { body } = await provider.call(
    {
      namespace: 'local',
      request: { kind: 'stream', name },
      factKey: key,
      stream: true,
      perform: async () => ({ response: null, body: linesOf(await produce()) }),
    },
    options,
  )
  if (body === undefined) throw new MfmError('internal_error')
  // The cast: decoded from what was recorded, and the recorder refuses what JSON cannot give back.
  for await (const line of body) yield parseJson(line, { integers: 'bigint' }) as T
}

async function* linesOf(values: AsyncIterable<unknown>): AsyncGenerator<Uint8Array, undefined> {
  const utf8 = new TextEncoder()
  // The cast: what is no JSON is refused by the encoder.
  for await (const value of values) yield utf8.encode(`${canonicalize(value as JsonValue)}\n`)
}

import type { IoCall, IoProvider, StreamedBody } from '@mfm/core-types'
import { isMfmError } from '@mfm/errors'
import { FactSource, ReplayIo } from '@mfm/io-replay'
import { SecretGuard } from '@mfm/secrets'
import type { LiveBench } from './live.fixture.ts'
import { RUN, STATE } from './live.fixture.ts'

export type Log = (entry: unknown) => void
export type Program = (io: IoProvider, log: Log) => Promise<void>

/** What a program saw: values, errors in their wire form, and the order of things. */
export async function transcript(program: Program, io: IoProvider): Promise<readonly unknown[]> {
  const seen: unknown[] = []
  await program(io, (entry) => seen.push(structuredClone(entry))).catch((error: unknown) =>
    seen.push(thrown(error)),
  )
  return seen
}

export function thrown(error: unknown): unknown {
  return isMfmError(error) ? error.toInfo() : { notTyped: String(error) }
}

/** A streamed call whose chunks are these texts; one that is an error is thrown. */
export function streaming(
  parts: Iterable<string | Error> | AsyncIterable<string | Error>,
  name = 'x',
): IoCall {
  return {
    namespace: 'test',
    request: { name },
    stream: true,
    perform: async () => ({ response: { head: name }, body: bytesOf(parts) }),
  }
}

async function* bytesOf(
  parts: Iterable<string | Error> | AsyncIterable<string | Error>,
): AsyncGenerator<Uint8Array, undefined> {
  for await (const part of parts) {
    if (part instanceof Error) throw part
    yield new TextEncoder().encode(part)
  }
}

/** The body of a streamed call. */
export async function bodyOf(io: IoProvider, call: IoCall): Promise<StreamedBody> {
  const { body } = await io.call(call)
  if (body === undefined) throw new Error('there is no body')
  return body
}

/** The next chunk as text; `undefined` at the end. */
export async function textOf(body: StreamedBody): Promise<string | undefined> {
  const { done, value } = await body.next()
  return done === true ? undefined : new TextDecoder().decode(value)
}

/** Reads to the end, and logs the head, each chunk, and the end or the error. */
export async function readAll(io: IoProvider, log: Log, call: IoCall): Promise<void> {
  try {
    const { response, body } = await io.call(call)
    log(response)
    for await (const chunk of body ?? []) log(new TextDecoder().decode(chunk))
    log('the end')
  } catch (error) {
    log(thrown(error))
  }
}

export async function replayOf(bench: LiveBench, attempt = 0): Promise<ReplayIo> {
  return new ReplayIo({
    scope: { runId: RUN, stateId: STATE, attempt },
    source: await FactSource.load(bench.stores, RUN),
    guard: new SecretGuard({ mode: 'refuse' }),
  })
}

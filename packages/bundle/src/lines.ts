import { invalidBundle, tooLarge } from './problem.ts'

const NEWLINE = 0x0a

/**
 * The lines of a text without their ends. Every line has one, the last too.
 *
 * @throws MfmError `bundle_too_large` for a longer line; `bundle_invalid` with problem `event` for a last line without
 * its end
 */
export async function* linesOf(
  portions: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  mostBytes: number,
): AsyncGenerator<Uint8Array> {
  let begun: Uint8Array[] = []
  let length = 0
  for await (const portion of portions) {
    for (const { part, isEnd } of split(portion)) {
      length += part.length
      if (length > mostBytes) throw tooLarge('eventBytes', mostBytes, length)
      begun.push(part)
      if (!isEnd) continue
      yield Buffer.concat(begun)
      begun = []
      length = 0
    }
  }
  if (length > 0) throw invalidBundle('event', { message: 'the last event has no end of line' })
}

function* split(
  portion: Uint8Array,
): Generator<{ readonly part: Uint8Array; readonly isEnd: boolean }> {
  let start = 0
  for (;;) {
    const end = portion.indexOf(NEWLINE, start)
    if (end < 0) break
    yield { part: portion.subarray(start, end), isEnd: true }
    start = end + 1
  }
  // Copied, because the portion will not last until the end of the line comes.
  yield { part: portion.slice(start), isEnd: false }
}

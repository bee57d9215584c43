/** One event of a `text/event-stream`. */
export interface ServerSentEvent {
  /** `message` where the server gave none. */
  readonly event: string
  readonly data: string
  /** The last one that the server gave, in this event or before; empty for none. */
  readonly id: string
}

/** A `Response`, or what is needed of one. */
export interface EventStream {
  readonly body: AsyncIterable<Uint8Array> | null
}

/**
 * The events of an answer of type `text/event-stream`, each as soon as it is complete. One that the body ends within is
 * dropped. `retry` is ignored, as nothing here connects again. By the WHATWG HTML standard, section 9.2.6.
 *
 * @throws what reading the body throws
 */
export async function* serverSentEvents({
  body,
}: EventStream): AsyncGenerator<ServerSentEvent, undefined> {
  if (body === null) return
  let fields = NO_FIELDS
  for await (const line of linesOf(body)) {
    if (line !== '') {
      fields = withLine(fields, line)
      continue
    }
    const { data, event, id } = fields
    fields = { ...NO_FIELDS, id }
    if (data.length > 0)
      yield { event: event === '' ? 'message' : event, data: data.join('\n'), id }
  }
}

interface Fields {
  readonly data: readonly string[]
  readonly event: string
  readonly id: string
}

const NO_FIELDS: Fields = { data: [], event: '', id: '' }

function withLine(fields: Fields, line: string): Fields {
  const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
  if (name === 'data') return { ...fields, data: [...fields.data, value] }
  if (name === 'event') return { ...fields, event: value }
  if (name === 'id' && !value.includes('\0')) return { ...fields, id: value }
  return fields
}

/** Lines end with LF, CR or both; what follows the last end is no line. */
async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  let endedWithCr = false
  for await (const chunk of body) {
    const decoded = decoder.decode(chunk, { stream: true })
    if (decoded === '') continue
    const text = endedWithCr ? decoded.replace(/^\n/, '') : decoded
    endedWithCr = decoded.endsWith('\r')
    const lines = `${rest}${text}`.split(/\r\n|\n|\r/)
    rest = lines.pop() ?? ''
    yield* lines
  }
}

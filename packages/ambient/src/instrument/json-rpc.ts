/** A request as it is recorded and sent, and how its answer becomes the answer to what was asked. */
export interface NeutralRequest {
  readonly body: string
  restore(response: Response): Promise<Response>
}

interface Message {
  readonly [member: string]: unknown
  readonly jsonrpc: '2.0'
  readonly id: string | number
}

/**
 * A JSON-RPC 2.0 request, or a batch, with ids that count from 0. A client numbers its requests as long as its process
 * lives, so the same question would be another one in every replay; an id says which answer belongs to which request
 * and nothing else (section 4 of the specification).
 *
 * @returns `undefined` for what is none
 */
export function neutralJsonRpc(body: string): NeutralRequest | undefined {
  if (!body.includes('"jsonrpc"')) return undefined
  const given = parsed(body)
  const messages = Array.isArray(given) ? given : [given]
  if (messages.length === 0 || !messages.every(isMessage)) return undefined
  const ids = messages.map(({ id }) => id)
  const numbered = messages.map((message, id) => ({ ...message, id }))
  return {
    body: JSON.stringify(Array.isArray(given) ? numbered : numbered[0]),
    restore: async (response) => await restored(response, ids),
  }
}

async function restored(response: Response, ids: Message['id'][]): Promise<Response> {
  const { status, statusText, headers } = response
  const text = await response.text()
  const answer = parsed(text)
  const withIds = Array.isArray(answer)
    ? answer.map((one) => withId(one, ids))
    : withId(answer, ids)
  const isAnswer = typeof answer === 'object' && answer !== null
  const init = { status, statusText, headers }
  return new Response(isAnswer ? JSON.stringify(withIds) : text, init)
}

function withId(answer: unknown, ids: Message['id'][]): unknown {
  if (typeof answer !== 'object' || answer === null || !('id' in answer)) return answer
  const id = ids[Number(textOf(answer.id))]
  return id === undefined ? answer : { ...answer, id }
}

function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null) return false
  return 'jsonrpc' in value && value.jsonrpc === '2.0' && 'id' in value && value.id !== null
}

/** JSON whose numbers keep their digits; `undefined` for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text, keepDigits)
  } catch {
    return undefined
  }
}

// Members of JSON that the library types do not know yet.
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown }

function keepDigits(
  _name: string,
  value: unknown,
  context?: { readonly source?: string },
): unknown {
  return typeof value === 'number' && context?.source !== undefined
    ? rawJSON(context.source)
    : value
}

/** A number that was kept as it was written holds its digits in a member. */
function textOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'rawJSON' in value ? value.rawJSON : value
}

/** One call of one client, as it was seen from outside. */
export interface Operation<Call, Answer> {
  readonly client: number
  readonly call: Call
  /** When the call was made and when its answer was there, on one clock. */
  readonly calledAt: number
  /** `Infinity` for a call whose outcome nobody knows: it takes effect at any time after `calledAt`, or never. */
  readonly returnedAt: number
  /** `undefined` where the outcome is unknown. */
  readonly answer: Answer | undefined
}

/** One line for each, in the order of the calls. */
export function describeHistory(operations: readonly Operation<unknown, unknown>[]): string {
  return operations
    .toSorted((one, other) => one.calledAt - other.calledAt)
    .map(({ client, call, answer, calledAt, returnedAt }) => {
      const outcome = returnedAt === Number.POSITIVE_INFINITY ? 'unknown' : JSON.stringify(answer)
      return `client ${client} [${calledAt}, ${returnedAt}] ${JSON.stringify(call)} -> ${outcome}`
    })
    .join('\n')
}

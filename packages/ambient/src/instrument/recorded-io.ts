/** What instrumented code is answered from: the `io` of a state, or what has these of it. */
export interface RecordedIo {
  fetch(
    input: string | { readonly endpoint: string; readonly path: string },
    init: RecordedFetchInit,
  ): Promise<Response>
  now(): Promise<number>
  randomBytes(length: number): Promise<Uint8Array>
  sleep(millis: number, options: { readonly signal: AbortSignal }): Promise<void>
}

export interface RecordedFetchInit {
  readonly method: string
  readonly headers: Headers
  readonly body?: string | Uint8Array | undefined
  readonly redirect: 'follow' | 'manual'
  readonly signal: AbortSignal
}

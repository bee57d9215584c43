/**
 * What can go wrong with one request. A request is what a client sends from its first byte after the server spoke (or
 * after connecting) until the server speaks again; its reply is what the server sends until the next request.
 *
 * - `cut_before`: the connection ends, and the server never sees the request
 * - `reset`: the same, and the client gets a RST
 * - `cut_after`: the server gets the whole request, and at the first byte of its reply the connection ends; the client
 *   sees none of it
 * - `half_body`: the connection ends after `bytes` of the reply; a reply that is not longer passes, and nothing fired
 * - `black_hole`: from this request on nothing is forwarded in either direction, and the connection stays open
 * - `slow`: this request and its reply pass at `bytesPerSecond`
 */
export type Fault =
  | { readonly kind: 'cut_before' | 'reset' | 'cut_after' | 'black_hole' }
  | { readonly kind: 'half_body'; readonly bytes: number }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }

export interface Trigger {
  /** How many requests it hits; 1 where absent. */
  readonly times?: number | undefined
  /** How many requests that match pass before it; 0 where absent. */
  readonly after?: number | undefined
  /**
   * Which requests count; all where absent. A text must be part of what the client has sent of the request, read as
   * Latin-1; as long as it is not, what arrives is forwarded. Only the first 64 KiB of a request are looked at.
   */
  readonly match?: string | ((request: string) => boolean) | undefined
}

export interface ArmedFault {
  /** How often it has hit. A case that never sees this above 0 has proven nothing. */
  readonly fired: number
  /** Resolves to `true` when it has hit for the first time, and to `false` when it is disarmed before. */
  readonly hit: Promise<boolean>
  /** Hits no further request. What is slow goes on at full speed; a connection in a black hole stays there. */
  disarm(): void
}

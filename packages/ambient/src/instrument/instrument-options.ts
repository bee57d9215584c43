export const INSTRUMENTED_PARTS = ['fetch', 'time', 'random'] as const

/** `time` is the clock and the timers. */
export type InstrumentedPart = (typeof INSTRUMENTED_PARTS)[number]

export interface InstrumentOptions {
  /** What is stood in for; all of it where absent. */
  readonly parts?: readonly InstrumentedPart[] | undefined
  /**
   * Addresses of named endpoints as the code knows them. A request below one of them is recorded, and sent, as one to
   * that endpoint, so where it is differs from machine to machine without a divergence.
   */
  readonly endpoints?: Readonly<Record<string, string>> | undefined
  /** Request headers that are neither recorded nor sent, besides those by which clients describe their machine. */
  readonly ignoreHeaders?: readonly string[] | undefined
}

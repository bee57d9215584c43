/** What answers in place of the platform in instrumented code. What is absent is the platform's own. */
export interface StandIns {
  readonly fetch?: typeof globalThis.fetch | undefined
  readonly clock?: StandInClock | undefined
  readonly noise?: StandInNoise | undefined
  readonly timers?: StandInTimers | undefined
}

export interface StandInClock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Milliseconds since the code began. */
  elapsed(): number
}

export interface StandInNoise {
  bytes(length: number): Uint8Array
}

export interface StandInTimers {
  set(callback: () => void, millis: number, isRepeated: boolean): StandInTimer
}

/** Marks timers that a stand-in gave. */
export const STAND_IN_TIMER: unique symbol = Symbol('mfm.timer')

/** As a `NodeJS.Timeout`, as far as programs use one. */
export interface StandInTimer {
  readonly [STAND_IN_TIMER]: true
  ref(): this
  unref(): this
  hasRef(): boolean
  refresh(): this
  close(): this
  [Symbol.dispose](): void
}

export function isStandInTimer(value: unknown): value is StandInTimer {
  return typeof value === 'object' && value !== null && STAND_IN_TIMER in value
}

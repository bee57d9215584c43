import type { Spread } from './stats.ts'

/** Three significant digits, thousands separated. */
export function written(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 })
}

/** `median (min to max, ± MAD)`. */
export function writtenSpread({ median, min, max, mad }: Spread): string {
  return `${written(median)} (${written(min)} to ${written(max)}, ± ${written(mad)})`
}

export const times = (value: number): string => `${written(value)} ×`
export const millis = (value: number): string => `${written(value)} ms`
export const perSecond =
  (unit: string) =>
  (value: number): string =>
    `${written(value)} ${unit}/s`

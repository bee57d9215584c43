/** `2026-11-23T16:24:05.120Z`, or `-` where the time is not known. */
export function isoTime(millis: number | null): string {
  return millis === null ? '-' : new Date(millis).toISOString()
}

/** `850 ms`, `12.3 s`, `4 min 05 s`, `2 h 03 min`; `-` where it is not known. */
export function duration(millis: number | null): string {
  if (millis === null) return '-'
  if (millis < 1000) return `${millis} ms`
  if (millis < 60_000) return `${(Math.floor(millis / 100) / 10).toFixed(1)} s`
  const minutes = Math.floor(millis / 60_000)
  if (minutes < 60) return `${minutes} min ${two(Math.floor((millis % 60_000) / 1000))} s`
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`
}

/** `1 fact`, `2 facts`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

import type { JsonValue } from '@mfm/core-types'

const WORDS = [
  'amber',
  'birch',
  'cobalt',
  'délicat',
  'ember',
  'fjord',
  '"quoted"',
  'tab\there',
  '雪',
  'quartz',
] as const

/** An answer as an API gives it: members out of order, fractions, escapes, text beyond ASCII. The same for the same n. */
export function sampleDocument(n: number, rows: number): JsonValue {
  return {
    status: 'ok',
    page: n,
    took: n / 7,
    next: null,
    items: Array.from({ length: rows }, (_, row) => sampleRow(n * rows + row)),
    'content-type': 'application/json',
    complete: true,
  }
}

function sampleRow(n: number): JsonValue {
  return {
    id: n * 7919,
    title: `${wordOf(n)} ${wordOf(n * 3 + 1)} ${wordOf(n * 7 + 2)}`,
    author: { name: wordOf(n + 5), email: `user${n}@example.org`, active: n % 3 > 0 },
    createdAt: new Date(1_700_000_000_000 + n * 86_413_000).toISOString(),
    score: (n % 997) / 331,
    tags: [wordOf(n + 1), wordOf(n + 4)],
    url: `https://example.org/items/${n}`,
  }
}

function wordOf(n: number): string {
  return WORDS[n % WORDS.length] ?? ''
}

import type { SuiteReport } from './verdict.ts'

/** The badge as shields.io reads it from a URL (its endpoint schema, version 1). */
export function badgeJson({ name, verdicts, results }: SuiteReport): string {
  const reached = verdicts.map(({ port, level }) => `${port} ${level === null ? '–' : `L${level}`}`)
  const hasFailed = results.some(({ status }) => status === 'failed')
  const lowest = Math.min(...verdicts.map(({ level }) => level ?? -1))
  const color = hasFailed || lowest < 0 ? 'red' : (COLORS[lowest] ?? 'brightgreen')
  const badge = { schemaVersion: 1, label: name, message: reached.join(' · '), color }
  return `${JSON.stringify(badge)}\n`
}

/** By the lowest level that every port reached. */
const COLORS: readonly string[] = ['yellow', 'yellowgreen', 'green', 'brightgreen']

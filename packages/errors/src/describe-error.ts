import { isMfmError } from './mfm-error.ts'

/**
 * Follows the causes of an error, outermost first, as short lines. For people and logs; system errors keep their
 * own code (`ENOENT`), and a cycle or a chain longer than ten ends the list.
 */
export function causeChain(error: unknown): string[] {
  const lines: string[] = []
  const seen = new Set<unknown>()
  for (let at = error; at !== undefined && at !== null && lines.length < 10; at = causeOf(at)) {
    if (seen.has(at)) break
    seen.add(at)
    lines.push(describe(at))
  }
  return lines
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined
}

function describe(error: unknown): string {
  if (isMfmError(error)) return `${error.code}: ${error.message}`
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : ''
  return `${error.name}${code}: ${error.message}`
}

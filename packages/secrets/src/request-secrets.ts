import type { JsonValue, RequestValue } from '@mfm/core-types'
import { isSecretHandle } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { isList } from './lists.ts'
import { placeholderOf } from './secret.ts'

/** Twice what the canonical encoder takes by default: deep enough, and a cycle ends here. */
export const MAX_DEPTH = 2000

/**
 * The request as it may be stored and hashed: each handle is the string `[secret:name]`, so the identity of a request
 * does not depend on values. Parts without handles are shared with the argument, not copied.
 *
 * @throws MfmError `json_too_deep` for more than 2000 levels, a cycle included
 */
export function withoutSecrets(request: RequestValue): JsonValue {
  return replaceHandles(request, 0)
}

/**
 * The names of the secrets that a request asks for, sorted, each once.
 *
 * @throws MfmError `json_too_deep` for more than 2000 levels, a cycle included
 */
export function secretNamesIn(request: RequestValue): readonly string[] {
  const names = new Set<string>()
  collectNames(request, names, 0)
  return [...names].sort()
}

function replaceHandles(value: RequestValue, depth: number): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  if (isSecretHandle(value)) return placeholderOf(value)
  checkDepth(depth)
  if (isList(value)) {
    let copy: JsonValue[] | undefined
    for (const [index, item] of value.entries()) {
      const replaced = replaceHandles(item, depth + 1)
      if (replaced === item) continue
      // A cast because what was walked so far and is kept has no handles in it.
      copy ??= [...(value as readonly JsonValue[])]
      copy[index] = replaced
    }
    return copy ?? (value as readonly JsonValue[])
  }
  let changed = false
  const members = Object.entries(value).map(([name, item]) => {
    const replaced = replaceHandles(item, depth + 1)
    changed ||= replaced !== item
    return [name, replaced] as const
  })
  // `fromEntries` defines members, so one that is called __proto__ stays a member. The cast: nothing was replaced.
  return changed ? Object.fromEntries(members) : (value as JsonValue)
}

function collectNames(value: RequestValue, names: Set<string>, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  if (isSecretHandle(value)) {
    names.add(value.name)
    return
  }
  checkDepth(depth)
  for (const item of Object.values(value)) collectNames(item, names, depth + 1)
}

export function checkDepth(depth: number): void {
  if (depth < MAX_DEPTH) return
  throw new MfmError('json_too_deep', {
    message: `the value is nested deeper than ${MAX_DEPTH} levels`,
    details: { maxDepth: MAX_DEPTH },
  })
}

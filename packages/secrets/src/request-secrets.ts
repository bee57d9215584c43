import type { JsonValue, RequestValue } from '@mfm/core-types'
import { isSecretHandle } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { isList } from './lists.ts'
import { placeholderOf } from './secret.ts'

/** The most that the canonical encoder can be set to; a cycle ends here too. */
const MAX_DEPTH = 2000

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
  return isList(value) ? replaceInList(value, depth) : replaceInObject(value, depth)
}

function replaceInList(items: readonly RequestValue[], depth: number): JsonValue {
  const copy: JsonValue[] = []
  let changed = false
  for (const item of items) {
    const replaced = replaceHandles(item, depth + 1)
    changed ||= replaced !== item
    copy.push(replaced)
  }
  // A cast because nothing was replaced: there is no handle in it.
  return changed ? copy : (items as readonly JsonValue[])
}

function replaceInObject(
  object: { readonly [name: string]: RequestValue },
  depth: number,
): JsonValue {
  const members: [string, JsonValue][] = []
  let changed = false
  for (const [name, item] of Object.entries(object)) {
    const replaced = replaceHandles(item, depth + 1)
    changed ||= replaced !== item
    members.push([name, replaced])
  }
  // `fromEntries` defines members, so one that is called __proto__ stays a member. The cast: nothing was replaced.
  return changed ? Object.fromEntries(members) : (object as JsonValue)
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

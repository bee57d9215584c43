import type { JsonPointer, JsonValue } from '@mfm/core-types'

/** What is wanted of a value: all of it, or parts of its members. */
interface Wanted {
  whole: boolean
  readonly members: Map<string, Wanted>
}

/**
 * Keeps of a document what JSON Pointers name; a part `*` names every member and every item. The structure stays:
 * objects lose the members of which nothing is wanted, items of arrays keep their places and are `null` then.
 */
export function selectJson(document: JsonValue, pointers: readonly JsonPointer[]): JsonValue {
  const wanted: Wanted = { whole: false, members: new Map() }
  for (const pointer of pointers) want(wanted, pointer)
  const selected = select(document, [wanted])
  if (selected !== undefined) return selected
  if (typeof document !== 'object' || document === null) return null
  return isArray(document) ? [] : {}
}

function want(root: Wanted, pointer: JsonPointer): void {
  let at = root
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    const next = at.members.get(name) ?? { whole: false, members: new Map() }
    at.members.set(name, next)
    at = next
  }
  at.whole = true
}

/** `undefined` where nothing is wanted of the value. */
function select(value: JsonValue, wanted: readonly Wanted[]): JsonValue | undefined {
  if (wanted.some(({ whole }) => whole)) return value
  if (typeof value !== 'object' || value === null) return undefined
  return isArray(value) ? selectItems(value, wanted) : selectMembers(value, wanted)
}

function selectMembers(
  object: { readonly [name: string]: JsonValue },
  wanted: readonly Wanted[],
): JsonValue | undefined {
  const kept = Object.entries(object).flatMap(([name, value]) => {
    const part = select(value, wantedOf(wanted, name))
    return part === undefined ? [] : [[name, part] as const]
  })
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

function selectItems(
  items: readonly JsonValue[],
  wanted: readonly Wanted[],
): JsonValue | undefined {
  const kept = items.map((item, index) => select(item, wantedOf(wanted, String(index))))
  const last = kept.findLastIndex((part) => part !== undefined)
  return last === -1 ? undefined : kept.slice(0, last + 1).map((part) => part ?? null)
}

function wantedOf(wanted: readonly Wanted[], name: string): readonly Wanted[] {
  return wanted.flatMap(({ members }) => {
    const exact = members.get(name)
    const any = members.get('*')
    const both = name === '*' ? [any] : [exact, any]
    return both.filter((part) => part !== undefined)
  })
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}

import { canonicalize } from '@mfm/canonical-json'
import type { JsonObject, JsonValue } from '@mfm/core-types'
import type { ContentReader, ContentWriter } from './contents.ts'
import type { GoldenEvent, GoldenValues } from './golden-document.ts'
import { fromReadable } from './readable.ts'

type Change = Pick<Extract<GoldenEvent, { type: 'state_completed' }>, 'writes' | 'deletes'>

/** What turns one context into another. */
export function contextChange(before: JsonObject, after: JsonObject, to: ContentWriter): Change {
  const written = Object.entries(after).filter(([key, value]) => {
    const earlier = Object.hasOwn(before, key) ? before[key] : undefined
    return earlier === undefined || canonicalize(earlier) !== canonicalize(value)
  })
  const deletes = Object.keys(before)
    .filter((key) => !Object.hasOwn(after, key))
    .sort()
  const writes = valuesOf(Object.fromEntries(written), to)
  return { writes, ...(deletes.length > 0 && { deletes }) }
}

export function valuesOf(context: JsonObject, to: ContentWriter): GoldenValues {
  const values: [string, JsonValue][] = []
  const files: [string, string][] = []
  for (const [key, value] of Object.entries(context)) {
    const content = to.value(value)
    if ('file' in content) files.push([key, content.file])
    else values.push([key, content.inline])
  }
  return {
    values: Object.fromEntries(values),
    ...(files.length > 0 && { files: Object.fromEntries(files) }),
  }
}

/** A change as the context tree takes it. */
export function treeChanges(
  { values, files = {} }: GoldenValues,
  deletes: readonly string[],
  from: ContentReader,
): Map<string, { readonly value: JsonValue; readonly text: string } | undefined> {
  const entries = [
    ...Object.entries(values).map(([key, value]) => [key, fromReadable(value)] as const),
    ...Object.entries(files).map(([key, name]) => [key, from.json(name)] as const),
  ]
  return new Map([
    ...entries.map(([key, value]) => [key, { value, text: canonicalize(value) }] as const),
    ...deletes.map((key) => [key, undefined] as const),
  ])
}

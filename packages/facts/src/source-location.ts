import { basename, isAbsolute, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Frames of a stack that is to reach the author's code through ours and that of the clients in between. */
const DEEP = 60

/** The folder that holds this package and those beside it, in a checkout as in an installation. */
const SIBLINGS = fileURLToPath(new URL('../../', import.meta.url)).replaceAll('\\', '/')
const OF_A_SIBLING = /^[^/]+\/(?:src|dist)\//
const FRAME = /^\s*at .*?\(?((?:file:\/\/)?[^()]*?)(?:\?[^()]*?)?:(\d+):(\d+)\)?$/

/** A stack that is long enough for {@link siteOf}; after an `await`, of those who wait for the function that asks. */
export function deepStack(): { readonly stack?: string } {
  const holder: { stack?: string } = {}
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = DEEP
  try {
    Error.captureStackTrace(holder, deepStack)
    return holder
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/**
 * Where the code that is no part of these packages called, as `file:line:column`; to be asked before anything is
 * awaited. Takes some 10 µs.
 *
 * @param root the folder that the path is relative to
 */
export function callSite(root: string): string | undefined {
  return siteOf(deepStack(), root)
}

/** The first place in a stack that is no part of these packages. */
export function siteOf({ stack }: { readonly stack?: string }, root: string): string | undefined {
  const frames = (stack ?? '').split('\n').flatMap(frameOf)
  const foreign = frames.filter(({ path }) => !isOurs(path))
  const frame = foreign.find(({ path }) => !path.includes('/node_modules/')) ?? foreign[0]
  return frame && `${shownPath(frame.path, root)}:${frame.position}`
}

interface Frame {
  readonly path: string
  readonly position: string
}

function frameOf(line: string): readonly Frame[] {
  const [, given = '', row, column] = FRAME.exec(line) ?? []
  const place = given.replace(/^async /, '')
  if (!place.startsWith('file://') && !isAbsolute(place)) return []
  const path = place.startsWith('file://') ? pathOf(place) : place
  return path === undefined
    ? []
    : [{ path: path.replaceAll('\\', '/'), position: `${row}:${column}` }]
}

function pathOf(url: string): string | undefined {
  try {
    return fileURLToPath(url)
  } catch {
    return undefined
  }
}

function isOurs(path: string): boolean {
  if (path.includes('/node_modules/@mfm/')) return true
  return path.startsWith(SIBLINGS) && OF_A_SIBLING.test(path.slice(SIBLINGS.length))
}

/** Never absolute: it is stored, and says nothing of the machine. */
function shownPath(path: string, root: string): string {
  const shown = relative(root, path)
  return isAbsolute(shown) ? basename(path) : shown.replaceAll(sep, '/')
}

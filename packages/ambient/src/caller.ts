import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

interface Place {
  readonly file: string
  /** Relative to the working folder, with line and column. */
  readonly location: string
  /** The package of a file in `node_modules`. */
  readonly package: string | null
}

export interface Caller {
  /** Whether Node itself asked, for its own purposes. */
  readonly isNode: boolean
  /** The code that asked. */
  readonly nearest: Place | undefined
  /** The nearest code outside `node_modules`. */
  readonly author: Place | undefined
}

/** Frames that are looked at: a client library may be deep. */
const DEPTH = 50

const OWN_FOLDER = fileURLToPath(new URL('.', import.meta.url))

const FRAME =
  /^\s*at (?:.*\()?((?:file:\/\/|\/|[A-Za-z]:[\\/]|node:)[^()]*?)(?::(\d+))?(?::(\d+))?\)?$/

/** Who called into the functions of this package, as the stack has it. */
export function caller(): Caller {
  const frames = currentStack().flatMap((line) => placeOf(line) ?? [])
  const outside = frames.slice(frames.findIndex(({ file }) => !file.startsWith(OWN_FOLDER)))
  const places = outside.filter(({ file }) => !file.startsWith('node:'))
  return {
    isNode: outside[0]?.file.startsWith('node:') ?? false,
    nearest: places[0],
    author: places.find((place) => place.package === null),
  }
}

function currentStack(): readonly string[] {
  const limit = Error.stackTraceLimit
  const holder: { stack?: unknown } = {}
  try {
    Error.stackTraceLimit = DEPTH
    Error.captureStackTrace(holder)
    // Read here: the text is made when it is first asked for.
    return String(holder.stack).split('\n').slice(1)
  } finally {
    Error.stackTraceLimit = limit
  }
}

function placeOf(line: string): Place | undefined {
  const [, address, row, column] = FRAME.exec(line) ?? []
  if (address === undefined) return undefined
  const file = address.startsWith('file://') ? fileURLToPath(address) : address
  const path = file.startsWith('node:') ? file : shown(file)
  const at = [path, row, column].filter((part) => part !== undefined).join(':')
  return { file, location: at, package: packageOf(file) }
}

/** A path that leads out of the working folder says more as it is. */
function shown(file: string): string {
  const path = relative(process.cwd(), file)
  const isInside = path !== '' && !path.startsWith('..')
  return (isInside ? path : file).replaceAll('\\', '/')
}

function packageOf(file: string): string | null {
  const match = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file)
  return match?.[1]?.replaceAll('\\', '/') ?? null
}

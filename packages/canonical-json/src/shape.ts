/** One member of a shape: what is written between the value before it and its own value. */
export interface ShapeMember {
  readonly name: string
  /** Its place in insertion order. */
  readonly index: number
  /** By whether the value before and the value itself are strings, whose quotes are part of the text. */
  readonly glue: string
  readonly glueToString: string
  readonly glueFromString: string
  readonly glueBetweenStrings: string
}

/** Objects with the same names in the same insertion order. */
interface Shape {
  readonly names: readonly string[]
  /** In canonical order; made when the shape comes for the second time, because most maps come once. */
  members: readonly ShapeMember[] | undefined
}

/** Objects with more members are mostly maps with names of their own. */
export const MAX_SHAPE_MEMBERS = 32
const MAX_FIRST_NAMES = 512
const MAX_SHAPES_PER_FIRST_NAME = 8

/**
 * Sorting and quoting names costs more than the rest of an object together, and most objects of a program are of few
 * shapes. Bounded: what is full starts again from nothing.
 */
export class ShapeCache {
  readonly #byFirstName = new Map<string, Shape[]>()
  /** The last shape of each depth: the objects of a list are mostly of one shape. */
  readonly #recent: (Shape | undefined)[] = []

  /**
   * @param names of an object, at least one, at most {@link MAX_SHAPE_MEMBERS}; kept
   * @returns `undefined` for a shape that was not seen before, or has an ill-formed name
   */
  membersOf(names: readonly string[], depth: number): readonly ShapeMember[] | undefined {
    const recent = this.#recent[depth]
    if (recent !== undefined && areEqual(recent.names, names)) return recent.members
    const shapes = this.#byFirstName.get(names[0] ?? '')
    if (shapes !== undefined) {
      for (const shape of shapes) {
        if (!areEqual(shape.names, names)) continue
        shape.members ??= shapeMembers(names)
        this.#recent[depth] = shape
        return shape.members
      }
    }
    this.#remember(names, shapes)
    return
  }

  #remember(names: readonly string[], shapes: Shape[] | undefined): void {
    const shape = { names, members: undefined }
    if (shapes !== undefined) {
      if (shapes.length >= MAX_SHAPES_PER_FIRST_NAME) shapes.length = 0
      shapes.push(shape)
      return
    }
    if (this.#byFirstName.size >= MAX_FIRST_NAMES) this.#byFirstName.clear()
    this.#byFirstName.set(names[0] ?? '', [shape])
  }
}

function shapeMembers(names: readonly string[]): ShapeMember[] | undefined {
  if (!names.every((name) => name.isWellFormed())) return
  return names.toSorted().map((name, place) => {
    const glue = `${place === 0 ? '{' : ','}${JSON.stringify(name)}:`
    return {
      name,
      index: names.indexOf(name),
      glue,
      glueToString: `${glue}"`,
      glueFromString: `"${glue}`,
      glueBetweenStrings: `"${glue}"`,
    }
  })
}

function areEqual(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length) return false
  for (let index = 0; index < left.length; index++) {
    if (left[index] !== right[index]) return false
  }
  return true
}

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

/** Objects with the same names in the same insertion order; the members are in canonical order. */
export interface Shape {
  readonly names: readonly string[]
  readonly members: readonly ShapeMember[]
  readonly next: Shape | undefined
}

/** Objects with more members are mostly maps with names of their own, which would only push others out. */
export const MAX_SHAPE_MEMBERS = 32
const MAX_SHAPES = 512

/**
 * Sorting and quoting names costs more than the rest of an object together, and most objects of a program are of few
 * shapes. Bounded: a full cache starts again from nothing.
 */
export class ShapeCache {
  readonly #byFirstName = new Map<string, Shape>()
  #size = 0

  /** @param names of an object, at least one, at most {@link MAX_SHAPE_MEMBERS}; well-formed */
  find(names: readonly string[]): Shape | undefined {
    let shape = this.#byFirstName.get(names[0] ?? '')
    while (shape !== undefined && !areEqual(shape.names, names)) shape = shape.next
    return shape
  }

  add(names: readonly string[]): Shape {
    if (this.#size >= MAX_SHAPES) {
      this.#byFirstName.clear()
      this.#size = 0
    }
    const first = names[0] ?? ''
    const members = names
      .toSorted()
      .map((name, place) => shapeMember(name, names.indexOf(name), place))
    const shape = { names, members, next: this.#byFirstName.get(first) }
    this.#byFirstName.set(first, shape)
    this.#size += 1
    return shape
  }
}

function shapeMember(name: string, index: number, place: number): ShapeMember {
  const glue = `${place === 0 ? '{' : ','}${JSON.stringify(name)}:`
  return {
    name,
    index,
    glue,
    glueToString: `${glue}"`,
    glueFromString: `"${glue}`,
    glueBetweenStrings: `"${glue}"`,
  }
}

function areEqual(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length) return false
  for (let index = 1; index < left.length; index++) {
    if (left[index] !== right[index]) return false
  }
  return true
}

import type { Operation } from './operation.ts'

/** A call or a return, in the order of time. A call of unknown outcome has no return. */
export interface Entry {
  readonly kind: 'call' | 'return'
  /** Index of the operation. */
  readonly operation: number
  readonly next: Entry | undefined
}

interface Link {
  readonly kind: Entry['kind']
  readonly operation: number
  readonly time: number
  next: Link | undefined
  previous: Link | undefined
}

/** Calls and returns as a doubly linked list, from which an operation is lifted and put back in constant time. */
export class Line {
  readonly #head: Link = {
    kind: 'return',
    operation: -1,
    time: 0,
    next: undefined,
    previous: undefined,
  }
  readonly #calls: Link[] = []
  readonly #returns: (Link | undefined)[] = []

  constructor(operations: readonly Operation<unknown, unknown>[]) {
    const links: Link[] = []
    for (const [operation, { calledAt, returnedAt, answer }] of operations.entries()) {
      const bare = { operation, next: undefined, previous: undefined }
      const call: Link = { ...bare, kind: 'call', time: calledAt }
      const back: Link = { ...bare, kind: 'return', time: returnedAt }
      this.#calls.push(call)
      this.#returns.push(answer === undefined ? undefined : back)
      links.push(call, ...(answer === undefined ? [] : [back]))
    }
    // At one moment calls come before returns: operations that touch overlap.
    links.sort((one, other) => one.time - other.time || one.kind.localeCompare(other.kind))
    let last = this.#head
    for (const link of links) {
      last.next = link
      link.previous = last
      last = link
    }
  }

  first(): Entry | undefined {
    return this.#head.next
  }

  callOf(operation: number): Entry {
    return this.#linkOf(operation)
  }

  lift(operation: number): void {
    remove(this.#linkOf(operation))
    const back = this.#returns[operation]
    if (back !== undefined) remove(back)
  }

  /** Undoes the last {@link lift} that is not undone; in another order the list falls apart. */
  unlift(operation: number): void {
    const back = this.#returns[operation]
    if (back !== undefined) restore(back)
    restore(this.#linkOf(operation))
  }

  #linkOf(operation: number): Link {
    const link = this.#calls[operation]
    if (link === undefined) throw new RangeError(`no operation ${operation}`)
    return link
  }
}

function remove({ previous, next }: Link): void {
  if (previous !== undefined) previous.next = next
  if (next !== undefined) next.previous = previous
}

function restore(link: Link): void {
  if (link.previous !== undefined) link.previous.next = link
  if (link.next !== undefined) link.next.previous = link
}

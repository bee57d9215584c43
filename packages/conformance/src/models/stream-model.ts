import type { Model } from './model.ts'

/** Calls on the stream of one run. */
export type StreamCall<Item> =
  | { readonly name: 'append'; readonly expected: number; readonly items: readonly Item[] }
  | { readonly name: 'head' }
  | { readonly name: 'read'; readonly from?: number | undefined; readonly to?: number | undefined }

export type StreamAnswer<Item> =
  | { readonly head: number }
  | { readonly expected: number; readonly actual: number }
  | { readonly items: readonly Item[] }

/** The stream of one run. `labelOf` tells items apart. */
export function streamModel<Item>(
  labelOf: (item: Item) => string,
): Model<readonly Item[], StreamCall<Item>, StreamAnswer<Item>> {
  return {
    initial: [],
    answer: (state, call) => {
      switch (call.name) {
        case 'head':
          return { state, answer: { head: state.length } }
        case 'read': {
          const { from = 1, to = state.length } = call
          return { state, answer: { items: state.slice(Math.max(from, 1) - 1, to) } }
        }
        case 'append': {
          const { expected, items } = call
          if (expected !== state.length) {
            return { state, answer: { expected, actual: state.length } }
          }
          const next = [...state, ...items]
          return { state: next, answer: { head: next.length } }
        }
      }
    },
    keyOf: (state) => JSON.stringify(state.map(labelOf)),
  }
}

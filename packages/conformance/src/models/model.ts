/**
 * A reference implementation of one object: what a call answers in a state, and the state after it. The object is as
 * small as the contract allows, one run or one key, so that histories of many are checked one by one.
 */
export interface Model<State, Call, Answer> {
  readonly initial: State
  answer(state: State, call: Call): { readonly state: State; readonly answer: Answer }
  /** Equal for equal states and for no others. */
  keyOf(state: State): string
}

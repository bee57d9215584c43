/** One sentence of the contract, and the place where it is proven if no case of the suite can. */
export interface Assertion {
  /** Of the cases `ES-10`, `ES-10b` and so on. */
  readonly id: string
  readonly text: string
  /** Tests of the repository, beside the cases or in place of them. */
  readonly elsewhere?: readonly Proof[] | undefined
}

export interface Proof {
  /** A test file, or a command of the repository, from its root. */
  readonly test: string
  /** Why this is not a case of the suite. */
  readonly reason: string
}

/** A benchmark that did not do what it says it measures. */
export class CheckFailed extends Error {
  override readonly name = 'CheckFailed'
}

/** @throws CheckFailed */
export function expectEqual<T extends string | number | undefined>(
  what: string,
  actual: T,
  expected: T,
): void {
  if (actual === expected) return
  throw new CheckFailed(`${what}: expected ${expected}, found ${actual}`)
}

/** `Array.isArray`, whose own type guard leaves readonly arrays out. */
export function isList<T>(value: T): value is Extract<T, readonly unknown[]> {
  return Array.isArray(value)
}

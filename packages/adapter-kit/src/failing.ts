/** An iteration that ends in an error before its first item. */
// biome-ignore lint/correctness/useYield: see above
export async function* failing(error: unknown): AsyncGenerator<never, never> {
  throw error
}

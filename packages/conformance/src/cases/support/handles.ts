import type { CaseContext, StoresOf, Subject } from '../../case.ts'
import { at } from './expecting.ts'
import { upTo } from './samples.ts'

/** As many openings of the scope of a case, or one opening as often where another would not see its state. */
export async function openHandles<S extends Subject>(
  context: CaseContext<S>,
  count: number,
): Promise<readonly StoresOf<S>[]> {
  const { isShared } = context.harness
  const opened = await Promise.all(upTo(isShared ? count : 1).map(() => context.open()))
  return upTo(count, 1).map((index) => at(opened, isShared ? index - 1 : 0))
}

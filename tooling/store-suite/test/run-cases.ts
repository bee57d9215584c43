import type { Stores } from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import type { OpenOptions } from '../src/index.ts'
import { STORE_CASES } from '../src/index.ts'

/** One state that stores can be opened on. */
export interface Scope {
  open(options?: OpenOptions): Promise<Stores>
  remove(): Promise<void>
}

export interface StoreUnderTest {
  readonly isShared: boolean
  scope(): Promise<Scope>
}

/** Room for a slow disk that others use at the same time. */
const CASE_MILLIS = 60_000

/** Registers every case for one store. */
export function runCases(name: string, store: StoreUnderTest): void {
  describe(name, () => {
    for (const [area, cases] of STORE_CASES) {
      it.each(cases)(`${area}: $id $title`, { timeout: CASE_MILLIS }, async (storeCase) => {
        const opened: Stores[] = []
        const scopes = [await store.scope(), await store.scope()]
        const opener = (index: number) => async (options?: OpenOptions) => {
          const stores = await scopes[index]?.open(options)
          if (stores === undefined) throw new Error('there is no such scope')
          opened.push(stores)
          return stores
        }
        try {
          const context = { open: opener(0), openOther: opener(1), isShared: store.isShared }
          await expect(storeCase.run(context)).resolves.toBeUndefined()
        } finally {
          await Promise.all(opened.map((stores) => stores.close()))
          await Promise.all(scopes.map((scope) => scope.remove()))
        }
      })
    }
  })
}

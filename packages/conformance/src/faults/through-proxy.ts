import assert from 'node:assert/strict'
import type { CaseContext, StoresOf, Subject } from '../case.ts'
import type { OpenOptions } from '../harness.ts'
import type { FaultProxy } from './fault-proxy.ts'
import { startFaultProxy } from './fault-proxy.ts'

export interface Proxied<S extends Subject> {
  readonly proxy: FaultProxy
  /** Opens the scope of the case so that every connection goes through the proxy. */
  open(options?: OpenOptions): Promise<StoresOf<S>>
}

/** For cases that need `proxy`: a proxy before the harness's server, closed after what was opened through it. */
export async function throughProxy<S extends Subject>(
  context: CaseContext<S>,
  use: (proxied: Proxied<S>) => Promise<void>,
): Promise<void> {
  const target = await context.harness.server?.()
  assert.ok(target !== undefined, 'the harness has no server to put a proxy before')
  const proxy = await startFaultProxy(target)
  const opened: StoresOf<S>[] = []
  try {
    await use({
      proxy,
      open: async (options) => {
        const stores = await context.open({ ...options, via: proxy.address })
        opened.push(stores)
        return stores
      },
    })
  } finally {
    await Promise.allSettled(opened.map((stores) => stores.close()))
    await proxy.close()
  }
}

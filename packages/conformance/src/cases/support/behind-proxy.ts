import type { FaultProxy } from '../../faults/fault-proxy.ts'
import { startFaultProxy } from '../../faults/fault-proxy.ts'
import type { Harness } from '../../harness.ts'

/** A fault proxy before the server of a harness; the case needs `proxy`. */
export async function proxyOf(harness: Harness): Promise<FaultProxy> {
  if (harness.server === undefined) throw new Error('the harness names no server: needs proxy')
  return startFaultProxy(await harness.server())
}

import type { ArmedFault, Fault, Trigger } from './fault.ts'
import type { FaultProxy } from './fault-proxy.ts'

/** More round trips than any one call of a port may take. */
const MOST_REQUESTS = 100

/**
 * Puts a fault at the first request of an attempt, then at the second of another attempt, and so on until an attempt
 * is over before the fault fires: every round trip of a call is hit once, whatever the protocol.
 *
 * @param attempt connects (by any call that succeeds), arms, makes the call, disarms, and looks at what came of it
 * @returns how many requests were hit
 * @throws Error where it goes on for ever, or nothing was armed
 */
export async function atEveryRequest(
  proxy: FaultProxy,
  fault: Fault,
  attempt: (arm: () => ArmedFault, request: number) => Promise<void>,
  { match }: Pick<Trigger, 'match'> = {},
): Promise<number> {
  for (let request = 0; request < MOST_REQUESTS; request++) {
    let armed: ArmedFault | undefined
    const arm = (): ArmedFault => {
      armed = proxy.arm(fault, { after: request, match })
      return armed
    }
    try {
      await attempt(arm, request)
    } finally {
      armed?.disarm()
    }
    if (armed === undefined) throw new Error('the attempt armed no fault')
    if (armed.fired === 0) return request
  }
  throw new Error(`a call takes more than ${MOST_REQUESTS} requests`)
}

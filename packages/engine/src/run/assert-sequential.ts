import type { RunConfig } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'

/** @throws MfmError `unsupported_execution_mode` */
export function assertSequential({ execution }: RunConfig): void {
  if (execution.type === 'sequential') return
  throw new MfmError('unsupported_execution_mode', {
    message: `the execution mode ${execution.type} is not built`,
    details: { execution: execution.type },
  })
}

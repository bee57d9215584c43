import { verifyWorkflow } from '@mfm/workflow'
import type { Cli } from '../cli/cli.ts'
import { emit } from '../cli/emit.ts'
import { executeOnFacts } from '../cli/execute-on-facts.ts'
import type { VerifyFlags } from '../cli/flags.ts'
import { UsageError } from '../cli/usage-error.ts'
import type { ExitCode } from '../process/exit-codes.ts'
import { EXIT, EXIT_CODE_BY_DIFFERENCE } from '../process/exit-codes.ts'
import { renderVerify } from '../render/replay.ts'
import { verifyAllRuns } from './verify-all.ts'

/** A run that failed, and fails again in the same way, is verified: what is asked is whether it is the same. */
export async function verify(
  cli: Cli,
  flags: VerifyFlags,
  given: string | undefined,
): Promise<ExitCode> {
  if (flags.all === true) {
    if (given === undefined) return await verifyAllRuns(cli, flags)
    throw new UsageError('a run and --all are both given', 'Give one of the two.')
  }
  if (given === undefined) {
    throw new UsageError('the argument <run> is missing', 'Name a run, or give --all.')
  }
  const document = await executeOnFacts(cli, flags, {
    given,
    command: 'verify',
    execute: verifyWorkflow,
  })
  await emit(cli, document, renderVerify)
  const [first] = document.differences
  return first === undefined ? EXIT.done : EXIT_CODE_BY_DIFFERENCE[first.kind]
}

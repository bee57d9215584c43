import { replayWorkflow } from '@mfm/workflow'
import type { Cli } from '../cli/cli.ts'
import { emit } from '../cli/emit.ts'
import { executeOnFacts } from '../cli/execute-on-facts.ts'
import type { TimedReplayFlags } from '../cli/flags.ts'
import type { ExitCode } from '../process/exit-codes.ts'
import { EXIT_CODE_BY_DIFFERENCE, EXIT_CODE_BY_PHASE } from '../process/exit-codes.ts'
import { renderReplay } from '../render/replay.ts'

export async function replay(cli: Cli, flags: TimedReplayFlags, given: string): Promise<ExitCode> {
  const timing = flags.timing === true ? 'recorded' : undefined
  const document = await executeOnFacts(cli, flags, {
    given,
    command: 'replay',
    execute: async (op, options) => await replayWorkflow(op, { ...options, timing }),
  })
  await emit(cli, document, renderReplay)
  const [first] = document.differences
  return first === undefined
    ? EXIT_CODE_BY_PHASE[document.phase]
    : EXIT_CODE_BY_DIFFERENCE[first.kind]
}

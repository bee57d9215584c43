import type { Cli } from '../cli/cli.ts'
import { emit } from '../cli/emit.ts'
import type { DoctorFlags } from '../cli/flags.ts'
import { readSettings } from '../cli/settings.ts'
import { UsageError } from '../cli/usage-error.ts'
import { examine } from '../doctor/examine.ts'
import type { DoctorDocument } from '../output-schemas/doctor-document.ts'
import type { ExitCode } from '../process/exit-codes.ts'
import { EXIT } from '../process/exit-codes.ts'
import { renderDoctor } from '../render/doctor.ts'
import { doctorDeterminism } from './doctor-determinism.ts'

const EXIT_CODE_BY_VERDICT: Readonly<Record<DoctorDocument['verdict'], ExitCode>> = {
  fine: EXIT.done,
  change: EXIT.failed,
  unreachable: EXIT.unavailable,
}

export async function doctor(cli: Cli, flags: DoctorFlags): Promise<ExitCode> {
  const { determinism } = flags
  if (determinism !== undefined) return await doctorDeterminism(cli, flags, determinism)
  if (flags.input !== undefined || flags['input-file'] !== undefined) {
    throw new UsageError('an input is given and no workflow', 'Name it with --determinism.')
  }
  const { places } = await readSettings(cli, flags)
  const document = await examine(places, cli.stop.signal)
  await emit(cli, document, renderDoctor)
  return EXIT_CODE_BY_VERDICT[document.verdict]
}

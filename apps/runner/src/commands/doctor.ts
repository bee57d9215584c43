import type { Cli } from '../cli/cli.ts'
import { emit } from '../cli/emit.ts'
import type { CommonFlags } from '../cli/flags.ts'
import { readSettings } from '../cli/settings.ts'
import { examine } from '../doctor/examine.ts'
import type { DoctorDocument } from '../output-schemas/doctor-document.ts'
import type { ExitCode } from '../process/exit-codes.ts'
import { EXIT } from '../process/exit-codes.ts'
import { renderDoctor } from '../render/doctor.ts'

const EXIT_CODE_BY_VERDICT: Readonly<Record<DoctorDocument['verdict'], ExitCode>> = {
  fine: EXIT.done,
  change: EXIT.failed,
  unreachable: EXIT.unavailable,
}

export async function doctor(cli: Cli, flags: CommonFlags): Promise<ExitCode> {
  const { places } = await readSettings(cli, flags)
  const document = await examine(places, cli.stop.signal)
  await emit(cli, document, renderDoctor)
  return EXIT_CODE_BY_VERDICT[document.verdict]
}

import { AmbientWatch, ambientError } from '@mfm/ambient'
import type { EngineOptions } from '../engine-options.ts'
import { NO_CALL } from './event-comparison.ts'
import type { Difference } from './replay-report.ts'

/** The watch over a replay. What is refused is a difference, also where the state goes on to handle the error. */
export function watchReplay(
  { ambient = {} }: EngineOptions,
  onDifference: (difference: Difference) => void,
): AmbientWatch | undefined {
  const { mode = 'refuse', onFinding } = ambient
  if (mode === 'off') return undefined
  return new AmbientWatch({
    ...ambient,
    mode,
    onFinding: (finding) => {
      onFinding?.(finding)
      if (mode !== 'refuse') return
      const { stateId, attempt } = finding
      const error = ambientError(finding)
      onDifference({
        kind: 'ambient',
        stateId,
        attempt,
        ...NO_CALL,
        location: { today: finding.location, recorded: null },
        seq: null,
        message: error.message,
        pointers: [],
        error: { ...error.toInfo(), help: error.help },
      })
    },
  })
}

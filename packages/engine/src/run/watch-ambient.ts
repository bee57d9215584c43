import { AmbientWatch } from '@mfm/ambient'
import type { EngineOptions } from '../engine-options.ts'

/** The watch over a run that is executed live; `undefined` where nobody would be told. */
export function watchAmbient({ ambient = {} }: EngineOptions): AmbientWatch | undefined {
  const { mode = ambient.onFinding === undefined ? 'off' : 'warn' } = ambient
  return mode === 'off' ? undefined : new AmbientWatch({ ...ambient, mode })
}

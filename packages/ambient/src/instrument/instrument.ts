import { MfmError } from '@mfm/errors'
import { installPatches } from '../patches/install.ts'
import { outsideState, standingIn } from '../scope.ts'
import type { StandIns } from '../stand-ins.ts'
import { fetchStandIn } from './fetch-stand-in.ts'
import type { InstrumentedPart, InstrumentOptions } from './instrument-options.ts'
import { INSTRUMENTED_PARTS } from './instrument-options.ts'
import { SeededNoise } from './noise.ts'
import { RecordedClock } from './recorded-clock.ts'
import type { RecordedIo } from './recorded-io.ts'
import { Session } from './session.ts'
import { TimerQueue } from './timer-queue.ts'

/**
 * Runs code that was not written for `io`, such as the SDK of a service, on `io`: `fetch`, the clock, timers and
 * randomness that it takes from the platform are recorded in live mode and come from the record in a replay.
 *
 * It holds for this code and what it begins, and for nothing else in the process. `run` is given `io` again, counted
 * among the calls that timers wait for.
 *
 * @throws MfmError `invalid_option`; what the code throws
 *
 * @example
 * const answer = await instrument(io, () => new OpenAI({ apiKey }).responses.create({ model, input }))
 */
export async function instrument<Io extends RecordedIo, T>(
  io: Io,
  run: (io: Io) => T | Promise<T>,
  options: InstrumentOptions = {},
): Promise<T> {
  const parts = partsOf(options)
  const needsClock = parts.has('time')
  const clock = needsClock ? new RecordedClock(await outsideState(() => io.now())) : undefined
  const noise = parts.has('random')
    ? new SeededNoise(await outsideState(() => io.randomBytes(SeededNoise.seedLength)))
    : undefined
  const session = new Session(io, clock)
  await using timers = clock && new TimerQueue(session, clock)
  const standIns: StandIns = {
    fetch: parts.has('fetch') ? fetchStandIn(session, options) : undefined,
    clock,
    noise,
    timers,
  }
  using _installed = installPatches()
  const running = standingIn(standIns, () => run(session.around(io)))
  return await (timers === undefined ? running : Promise.race([running, timers.failed]))
}

function partsOf({ parts = INSTRUMENTED_PARTS }: InstrumentOptions): ReadonlySet<InstrumentedPart> {
  const unknown = parts.find((part) => !INSTRUMENTED_PARTS.includes(part))
  if (unknown === undefined) return new Set(parts)
  throw new MfmError('invalid_option', {
    message: `${JSON.stringify(unknown)} cannot be instrumented: expected ${INSTRUMENTED_PARTS.join(', ')}`,
    details: { option: 'instrument' },
  })
}

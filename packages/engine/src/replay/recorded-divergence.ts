import { canonicalize } from '@mfm/canonical-json'
import type { ErrorInfo, JsonObject, JsonValue } from '@mfm/core-types'
import type { MfmError } from '@mfm/errors'
import { isMfmError } from '@mfm/errors'
import { z } from 'zod'
import { callDifference } from './call-difference.ts'
import type { Difference } from './replay-report.ts'
import { DIFFERENCE_KINDS } from './replay-report.ts'

/** What a failed attempt says of the call that ended it: a difference without the error, which stands beside it. */
export type RecordedDivergence = Omit<Difference, 'seq' | 'message' | 'error'>

/** Causes that are looked through for the error of a call. */
const MAX_CAUSES = 8
/** UTF-16 code units of JSON; beyond them only the places are kept. */
const MAX_LENGTH = 32_768

export interface FoundDivergence {
  readonly error: MfmError
  readonly difference: Omit<Difference, 'stateId' | 'attempt'>
}

/** The error of a call that diverged, where it or one of its causes is one. */
export function divergenceIn(error: unknown): FoundDivergence | undefined {
  let at = error
  for (let count = 0; count < MAX_CAUSES && isMfmError(at); count += 1) {
    const difference = callDifference(at)
    if (difference !== undefined) return { error: at, difference }
    at = at.cause
  }
  return undefined
}

/** As it is stored. */
export function divergenceDetails(divergence: RecordedDivergence): JsonObject {
  const whole = toDetails(divergence)
  if (canonicalize(whole).length <= MAX_LENGTH) return whole
  const pointers = divergence.pointers.map(({ pointer }) => ({ pointer }))
  return toDetails({ ...divergence, pointers, nearest: [] })
}

function toDetails({ call, location, pointers, nearest, ...rest }: RecordedDivergence): JsonObject {
  return {
    divergence: {
      ...rest,
      call: call && { ...call },
      location: { ...location },
      pointers: pointers.map((place) => ({ ...place })),
      nearest: nearest.map((near) => ({
        ...near,
        differences: near.differences.map((place) => ({ ...place })),
      })),
    },
  }
}

const detailsSchema = z.object({
  divergence: z.looseObject({
    kind: z.enum(DIFFERENCE_KINDS),
    stateId: z.string(),
    attempt: z.number(),
    call: z.object({}).loose().nullable(),
    location: z.object({ today: z.string().nullable(), recorded: z.string().nullable() }),
    pointers: z.array(z.object({ pointer: z.string() }).loose()),
    nearest: z.array(z.object({ key: z.string(), differences: z.array(z.unknown()) }).loose()),
  }),
})

/** What a recorded failure says of the call that ended the attempt; `undefined` where it says nothing. */
export function readDivergence(details: JsonValue): RecordedDivergence | undefined {
  const { data } = detailsSchema.safeParse(details)
  // Written by `divergenceDetails`; what was looked at here is what readers take for granted.
  return data?.divergence as RecordedDivergence | undefined
}

/** Whether the recorded attempt ended with the very divergence that is met. */
export function isRecorded(difference: Difference, { details }: ErrorInfo): boolean {
  const recorded = readDivergence(details)
  return recorded !== undefined && gist(recorded) === gist(difference)
}

function gist({ kind, call, pointers }: RecordedDivergence): string {
  const places = pointers.map((place) => ({ ...place }))
  return canonicalize({ kind, key: call?.key ?? null, ordinal: call?.ordinal ?? null, places })
}

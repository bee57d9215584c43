import type { JsonPointer } from '@mfm/core-types'
import { z } from 'zod'
import type { SecretHit, SecretRule } from './rules.ts'
import { SECRET_RULES } from './rules.ts'

/** A hit that somebody looked at and allows. */
export interface SecretException {
  readonly rule: SecretRule
  /** Only there; a part `*` is any one member or index. Absent: everywhere. */
  readonly pointer?: JsonPointer | undefined
  /** For the reader of an audit; never empty. */
  readonly reason: string
}

export interface ExceptionUse extends SecretException {
  /** How many hits it let through. */
  readonly count: number
}

export const exceptionsSchema: z.ZodType<readonly SecretException[]> = z.array(
  z.strictObject({
    rule: z.enum(SECRET_RULES),
    pointer: z
      .string()
      .regex(/^(?:\/[^/]*)*$/, { error: 'expected a JSON Pointer' })
      .optional(),
    reason: z.string().trim().min(1, { error: 'expected a reason' }),
  }),
)

/** The audited exceptions of one guard, with a count for each. */
export class Exceptions {
  readonly #uses: { readonly exception: SecretException; count: number }[]

  constructor(exceptions: readonly SecretException[]) {
    this.#uses = exceptions.map((exception) => ({ exception, count: 0 }))
  }

  get used(): readonly ExceptionUse[] {
    return this.#uses
      .filter(({ count }) => count > 0)
      .map(({ exception, count }) => ({ ...exception, count }))
  }

  /** Whether the first exception that fits lets the hit through; it is counted. */
  allow(hit: SecretHit): boolean {
    const use = this.#uses.find(({ exception }) => fits(exception, hit))
    if (!use) return false
    use.count += 1
    return true
  }
}

function fits({ rule, pointer }: SecretException, hit: SecretHit): boolean {
  if (rule !== hit.rule) return false
  if (pointer === undefined || pointer === hit.pointer) return true
  const wanted = pointer.split('/')
  const parts = hit.pointer.split('/')
  return (
    wanted.length === parts.length &&
    wanted.every((part, index) => part === '*' || part === parts[index])
  )
}

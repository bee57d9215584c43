import assert from 'node:assert/strict'
import type { ErrorCode, MfmError } from '@mfm/errors'
import { hasCode } from '@mfm/errors'

/** The error that a promise rejects with; fails where it resolves or rejects with another code. */
export async function rejection(promise: Promise<unknown>, code: ErrorCode): Promise<MfmError> {
  const error: unknown = await promise.then(
    () => assert.fail(`resolved, where ${code} was due`),
    (reason: unknown) => reason,
  )
  if (hasCode(error, code)) return error
  assert.fail(`rejected with ${String(error)}, where ${code} was due`)
}

/** The codes or `ok` of promises that are all settled. */
export async function outcomes(promises: readonly Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(promises)
  return settled.map((result) =>
    result.status === 'fulfilled' ? 'ok' : String(Object(result.reason).code),
  )
}

export function countOf(values: readonly string[], wanted: string): number {
  return values.filter((value) => value === wanted).length
}

/** An item of a list that is known to have it. */
export function at<T>(items: readonly T[], index: number): T {
  const item = items[index]
  assert.ok(item !== undefined, `no item ${index}`)
  return item
}

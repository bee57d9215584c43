import { MfmError } from '@mfm/errors'

/** A part of the file that is not as it was written. */
export function damaged(table: string, row: number, problem: string): MfmError {
  return new MfmError('store_corruption', {
    message: `row ${row} of table ${table} ${problem}`,
    details: { table, row },
  })
}

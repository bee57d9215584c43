import type { Stores } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { openMemoryStores } from '@mfm/store-memory'
import type { Access } from './open-stores.ts'

/** @throws MfmError `invalid_option` */
export async function openMemory(rest: string, access: Access): Promise<Stores> {
  if (rest !== '') throw refusal(`memory: takes no path, and was given ${JSON.stringify(rest)}`)
  if (access === 'create') return openMemoryStores()
  throw refusal('memory: holds nothing that another command has written')
}

function refusal(message: string): MfmError {
  return new MfmError('invalid_option', {
    message,
    details: { option: 'store' },
    help: "Only 'mfm run' can use memory:, for runs that nobody looks at afterwards.",
  })
}

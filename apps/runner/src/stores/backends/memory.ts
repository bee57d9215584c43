import { MfmError } from '@mfm/errors'
import { openMemoryStores } from '@mfm/store-memory'
import type { Backend, OpenedPorts, Opening } from '../backend.ts'

/** Facts alone may be in memory at any time: they are read again from the stream. */
async function open({ rest, access, ports, option }: Opening): Promise<OpenedPorts> {
  const refusal = (message: string): MfmError =>
    new MfmError('invalid_option', {
      message,
      details: { option },
      help: "Only 'mfm run' can keep events or artifacts in memory:, for runs that nobody looks at afterwards.",
    })
  if (rest !== '') throw refusal(`memory: takes no path, and was given ${JSON.stringify(rest)}`)
  if (access === 'create' || ports.every((port) => port === 'facts')) return openMemoryStores()
  throw refusal('memory: holds nothing that another command has written')
}

export const memory: Backend = { adapter: 'store-memory', open }

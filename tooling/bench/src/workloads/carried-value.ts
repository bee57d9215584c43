import { createHash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { RunId } from '@mfm/core-types'
import { TransportRouter } from '@mfm/io-live'
import { openSqliteStores } from '@mfm/store-sqlite'
import type { Op } from '@mfm/workflow'
import { contextKey, defineOp, runWorkflow, state } from '@mfm/workflow'
import { z } from 'zod'
import { expectEqual } from '../harness/check.ts'
import { NAMESPACE } from './answers.ts'
import { databaseBytes } from './database-file.ts'

/** Plain text of so many bytes, no two parts of it alike. */
function longText(bytes: number): string {
  let text = ''
  for (let line = 0; text.length < bytes; line += 1) {
    text += `Line ${line} of a document that is handed on from step to step. `
  }
  return text.slice(0, bytes)
}

/** A recorded call brings a value, and each step hands it on to the next under a key of its own. */
function carry(steps: number): Op<never, string> {
  const keys = Array.from({ length: steps }, (_, step) => contextKey(`value_${step}`, z.string()))
  const states = keys.map((key, step) => {
    const before = keys[step - 1]
    return state(`step_${step}`, {
      reads: before === undefined ? [] : [before],
      writes: [key],
      run: async ({ context, io }) => {
        const value =
          before === undefined ? await io.call(NAMESPACE, 'value') : await context.read(before)
        context.write(key, z.string().parse(value))
      },
    })
  })
  const output = keys.at(-1)
  if (output === undefined) throw new RangeError('an op has at least one state')
  return defineOp({ id: 'carry', version: 'v1', output, states })
}

/** Runs the op and gives the size of its store, closed. */
export async function carriedBytes(
  folder: string,
  { bytes, steps }: { readonly bytes: number; readonly steps: number },
): Promise<number> {
  const path = join(folder, 'carried.db')
  const value = longText(bytes)
  const transport = new TransportRouter({
    [NAMESPACE]: { call: async () => ({ response: value }) },
  })
  const runId = randomUUID() as RunId // a UUID is one
  const stores = await openSqliteStores({ path })
  try {
    const { phase, output } = await runWorkflow(carry(steps), { stores, transport, runId })
    expectEqual('phase of the run', phase, 'completed')
    expectEqual('digest of the value', digestOf(output ?? ''), digestOf(value))
  } finally {
    await stores.close()
  }
  return databaseBytes(path)
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

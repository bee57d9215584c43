import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { parseJson } from '@mfm/canonical-json'
import { decode } from '@mfm/errors'
import { z } from 'zod'
import type { PortConformance } from '../output-schemas/doctor-document.ts'
import { exceptionSchema, levelSchema } from '../output-schemas/doctor-document.ts'
import type { Port } from '../stores/backend.ts'

/** Written by the conformance suite, and shipped beside the code. */
const FILE = new URL('../../conformance.json', import.meta.url)

/** What the suite found of one adapter. */
export interface AdapterRecord {
  readonly name: string
  readonly contract: string
  readonly verdicts: readonly (Omit<PortConformance, 'contract' | 'exceptions'> & {
    readonly port: string
  })[]
  readonly exceptions: PortConformance['exceptions']
}

const fileSchema: z.ZodType<readonly AdapterRecord[]> = z.array(
  z.object({
    name: z.string(),
    contract: z.string(),
    verdicts: z.array(
      z.object({ port: z.string(), level: levelSchema, passed: z.int(), total: z.int() }),
    ),
    exceptions: z.array(exceptionSchema),
  }),
)

/** What the suite found of every adapter; empty where it has not been run. */
export async function readConformance(): Promise<readonly AdapterRecord[]> {
  if (!existsSync(FILE)) return []
  return decode(fileSchema, parseJson(await readFile(FILE)), 'internal_error', {
    what: 'conformance.json',
  })
}

export function conformanceOf(
  records: readonly AdapterRecord[],
  adapter: string,
  port: Port,
): PortConformance | null {
  const record = records.find(({ name }) => name === adapter)
  const verdict = record?.verdicts.find((one) => one.port === port)
  if (record === undefined || verdict === undefined) return null
  const { level, passed, total } = verdict
  return { contract: record.contract, level, passed, total, exceptions: record.exceptions }
}

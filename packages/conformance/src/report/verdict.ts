import type { Durability } from '@mfm/core-types'
import type { Level, Need } from '../case.ts'
import type { Harness, Port } from '../harness.ts'
import { CONTRACT } from '../harness.ts'
import type { CaseResult } from '../run/case-result.ts'
import type { Durabilities } from '../run/select-cases.ts'
import { concerns } from '../run/select-cases.ts'

/** What can be said of one port of an adapter. */
export interface PortVerdict {
  readonly port: Port
  /** What the port says of itself. */
  readonly durability: Durability | null
  /**
   * The highest level at and below which every applicable case passed or is excepted; `null` where that is not even
   * so at level 0.
   */
  readonly level: Level | null
  /** Cases that passed. */
  readonly passed: number
  /** Applicable cases up to the level that was asked for, without the excepted ones: those not exercised count. */
  readonly total: number
  readonly exceptions: number
  /** What the harness would need for the next level, where nothing failed. */
  readonly missing: readonly Need[]
}

/** Everything that one run of the suite found. */
export interface SuiteReport {
  readonly name: string
  readonly version: string
  /** The contract that was checked, not the one that was claimed. */
  readonly contract: string
  readonly level: Level
  readonly seed: number
  readonly effort: number
  readonly verdicts: readonly PortVerdict[]
  readonly results: readonly CaseResult[]
}

export interface SuiteSettings {
  readonly level: Level
  readonly ports: readonly Port[]
  readonly seed: number
  readonly effort: number
  readonly durability: Durabilities
}

const LEVELS: readonly Level[] = [0, 1, 2, 3]

/** Draws the verdicts from the results. */
export function conclude(
  { name, version }: Harness,
  results: readonly CaseResult[],
  { level, ports, seed, effort, durability }: SuiteSettings,
): SuiteReport {
  const verdicts = ports.map((port) => ({
    port,
    durability: durability[port] ?? null,
    ...judgementOn(port, results, level),
  }))
  return { name, version, contract: CONTRACT, level, seed, effort, verdicts, results }
}

function judgementOn(
  port: Port,
  all: readonly CaseResult[],
  asked: Level,
): Omit<PortVerdict, 'port' | 'durability'> {
  const results = all.filter(
    (result) => concerns(result.case.subject, port) && result.status !== 'not_applicable',
  )
  const holding = results.filter(({ status }) => status === 'failed' || status === 'not_exercised')
  const lowest = Math.min(...holding.map((result) => result.case.level), asked + 1)
  const level = LEVELS.findLast((candidate) => candidate < lowest) ?? null
  const atLowest = holding.filter((result) => result.case.level === lowest)
  const exceptions = results.filter(({ status }) => status === 'excepted').length
  return {
    level,
    passed: results.filter(({ status }) => status === 'passed').length,
    total: results.length - exceptions,
    exceptions,
    missing: needsOf(atLowest),
  }
}

function needsOf(results: readonly CaseResult[]): readonly Need[] {
  if (results.some(({ status }) => status === 'failed')) return []
  const missing = results.flatMap((result) =>
    result.status === 'not_exercised' ? result.missing : [],
  )
  return Array.from(new Set(missing)).sort()
}

/**
 * The verdict in one line.
 *
 * @example
 * 'store-s3 1.4.0 · contract 1.0 · artifacts L3 (61/61, 2 exceptions) · seed 0x51ce'
 */
export function verdictLine({ name, version, contract, verdicts, seed }: SuiteReport): string {
  const ports = verdicts.map((verdict) => `${verdict.port} ${portText(verdict)}`)
  return [`${name} ${version}`, `contract ${contract}`, ...ports, `seed ${seedText(seed)}`].join(
    ' · ',
  )
}

/** Such as `L3 (61/61, 2 exceptions)`. */
export function portText({ level, passed, total, exceptions }: PortVerdict): string {
  const reached = level === null ? 'no level' : `L${level}`
  const excepted =
    exceptions === 0 ? '' : `, ${exceptions} ${exceptions === 1 ? 'exception' : 'exceptions'}`
  return `${reached} (${passed}/${total}${excepted})`
}

function seedText(seed: number): string {
  return `0x${seed.toString(16)}`
}

import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { CheckFailed } from './check.ts'
import { nodeFlags } from './child.ts'
import type { Rounds, Side } from './interleave.ts'
import { interleave } from './interleave.ts'
import type { Pass, Series } from './series.ts'

/** What the process of a side tells: how much a pass does, once, and then of each pass that it was asked for. */
type Report = { readonly units: number } | { readonly pass: Pass } | { readonly failure: string }

const PASS = 'pass'

/** In the process of a side: makes a pass whenever it is asked for one, until nobody can ask any more. */
export function serveSide(side: Side): void {
  const report = (told: Report): void => {
    process.send?.(told)
  }
  process.on('message', (asked) => {
    if (asked !== PASS) return
    secondPass(side).then(
      (pass) => report({ pass }),
      (error: unknown) => report({ failure: String(error) }),
    )
  })
  report({ units: side.units })
}

/** V8 takes memory from a process that waits: the pass after it makes the heap grow again, and does not count. */
async function secondPass(side: Side): Promise<Pass> {
  await side.pass()
  return await side.pass()
}

export interface SidePrograms<Name extends string> {
  /** A module that calls {@link serveSide} with the side that its first argument names. */
  readonly program: URL
  readonly names: readonly Name[]
  readonly args: readonly string[]
  readonly isQuick: boolean
}

/**
 * As {@link interleave}, with each side in a process of its own: what code costs depends on what else the same process
 * has run, and a program runs itself.
 *
 * @throws CheckFailed where a side did not do what it measures, or its process ended
 */
export async function interleaveProcesses<Name extends string>(
  { program, names, args, isQuick }: SidePrograms<Name>,
  rounds: Rounds,
): Promise<Record<Name, Series>> {
  const children: ChildProcess[] = []
  try {
    const sides: [Name, Side][] = []
    for (const name of names) {
      const child = fork(program, [name, ...args], { execArgv: [...nodeFlags(isQuick)] })
      children.push(child)
      sides.push([name, await sideIn(child, name)])
    }
    return await interleave(Object.fromEntries(sides) as Record<Name, Side>, rounds) // each of `names`
  } finally {
    await Promise.all(children.map(stop))
  }
}

async function sideIn(child: ChildProcess, name: string): Promise<Side> {
  const first = await nextReport(child, name)
  if (!('units' in first)) throw new CheckFailed(`the side ${name} told nothing of itself`)
  return {
    units: first.units,
    pass: async () => {
      child.send(PASS)
      const told = await nextReport(child, name)
      if ('pass' in told) return told.pass
      throw new CheckFailed(`the side ${name}: ${'failure' in told ? told.failure : 'no pass'}`)
    },
  }
}

async function nextReport(child: ChildProcess, name: string): Promise<Report> {
  const waiting = new AbortController()
  const { signal } = waiting
  try {
    const ended = once(child, 'exit', { signal }).then(([code]) => {
      throw new CheckFailed(`the process of the side ${name} ended with ${String(code)}`)
    })
    const [report] = await Promise.race([once(child, 'message', { signal }), ended])
    return report as Report // sent by serveSide
  } finally {
    waiting.abort()
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.disconnect()
  await exit
}

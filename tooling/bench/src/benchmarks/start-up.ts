import { join } from 'node:path'
import type { Benchmark } from '../benchmark.ts'
import { CheckFailed } from '../harness/check.ts'
import { CHECKOUT } from '../harness/checkout.ts'
import { nodeFlags, runNode } from '../harness/child.ts'
import { goalOf } from '../harness/findings.ts'
import type { Side } from '../harness/interleave.ts'
import { interleave } from '../harness/interleave.ts'
import { millis, writtenSpread } from '../harness/numbers.ts'

const RUNNER = join(CHECKOUT, 'apps', 'runner')
/** A process is over soon, and meets whatever else the machine does: many rounds for a steady median. */
const ROUNDS = 25

export const startUp: Benchmark = {
  name: 'start-up',
  title: 'Start of the command',
  run: async ({ isQuick, rounds }) => {
    const mfm = isQuick
      ? [...nodeFlags(isQuick), join(RUNNER, 'src', 'main.ts')]
      : [join(RUNNER, 'bin', 'mfm.js')]
    const { bare, help } = await interleave(
      { bare: processSide(['-e', '0'], ''), help: processSide([...mfm, '--help'], 'replay') },
      isQuick ? rounds : { ...rounds, count: ROUNDS },
    )
    return {
      goals: [
        goalOf({
          figure: '`mfm --help`, longer than `node -e 0`',
          measured: help.millisAbove(bare),
          atMost: 120,
          write: millis,
        }),
      ],
      tables: [
        {
          title: 'From the start of a process to its end',
          columns: ['what', 'ms'],
          rows: [
            ['`node -e 0`', writtenSpread(bare.millis)],
            ['`mfm --help`', writtenSpread(help.millis)],
            ['the difference', writtenSpread(help.millisAbove(bare))],
          ],
        },
      ],
      notes: ['The built packages, every file in the cache of the file system.'],
    }
  },
}

/** @param word what the output must hold */
function processSide(args: readonly string[], word: string): Side {
  return {
    units: 1,
    pass: async () => {
      const { millis: elapsed, stdout } = await runNode(args)
      if (!stdout.includes(word)) throw new CheckFailed(`the output does not name ${word}`)
      return { millis: elapsed, cpuMillis: Number.NaN }
    },
  }
}

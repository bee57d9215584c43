import { parseArgs } from 'node:util'

export interface Options {
  /** Tiny sizes, one round, nothing written: shows that every benchmark works. */
  readonly isQuick: boolean
  /** Only the benchmark of this name; `results.md` stays as it is. */
  readonly only: string | undefined
  readonly isHelpWanted: boolean
}

export const USAGE = `Usage: npm run bench -- [--quick] [--only NAME]

Measures everything and writes tooling/bench/results.md; takes some minutes on an idle machine.

  --only NAME  measure one benchmark and print it, writing nothing
  --quick      run each benchmark once with tiny sizes to see that it works, writing nothing
  --help       show this`

/** @throws TypeError for an option that is not there */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  return { isQuick: values.quick, only: values.only, isHelpWanted: values.help }
}

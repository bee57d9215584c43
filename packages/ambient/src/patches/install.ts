import { syncBuiltinESMExports } from 'node:module'
import { environmentPatches } from './environment.ts'
import { filePatches } from './files.ts'
import { networkPatches } from './network.ts'
import type { Patch } from './patch.ts'
import { applyPatch } from './patch.ts'
import { randomPatches } from './random.ts'
import { timePatches } from './time.ts'
import { timerPatches } from './timers.ts'

const PATCHES: readonly (() => readonly Patch[])[] = [
  networkPatches,
  filePatches,
  timePatches,
  randomPatches,
  timerPatches,
  environmentPatches,
]

let users = 0
let undo: readonly (() => void)[] = []

/** Watches the platform until the last of those who asked for it has disposed of what it got. */
export function installPatches(): Disposable {
  users += 1
  if (users === 1) install()
  let isOver = false
  return {
    [Symbol.dispose]: () => {
      if (isOver) return
      isOver = true
      users -= 1
      if (users === 0) uninstall()
    },
  }
}

function install(): void {
  undo = PATCHES.flatMap((patches) => patches()).flatMap((patch) => applyPatch(patch) ?? [])
  syncBuiltinESMExports()
}

function uninstall(): void {
  for (const restore of undo.toReversed()) restore()
  undo = []
  syncBuiltinESMExports()
}

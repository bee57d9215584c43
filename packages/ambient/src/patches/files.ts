import fs from 'node:fs'
import fsPromises from 'node:fs/promises'
import type { Patch } from './patch.ts'
import { watchedFunction } from './patch.ts'

const CHANGES = [
  'appendFile',
  'chmod',
  'chown',
  'copyFile',
  'cp',
  'link',
  'mkdir',
  'mkdtemp',
  'rename',
  'rm',
  'rmdir',
  'symlink',
  'truncate',
  'unlink',
  'utimes',
  'writeFile',
] as const

export function filePatches(): readonly Patch[] {
  return [
    ...CHANGES.flatMap((name) => [
      file(fs, name),
      file(fs, `${name}Sync`),
      file(fsPromises, name, { isAsync: true }),
    ]),
    file(fs, 'createWriteStream'),
    file(fs, 'open', { isHarmless: onlyReads }),
    file(fs, 'openSync', { isHarmless: onlyReads }),
    file(fsPromises, 'open', { isAsync: true, isHarmless: onlyReads }),
  ]
}

function file(
  target: object,
  name: string,
  how: Partial<Parameters<typeof watchedFunction>[2]> = {},
): Patch {
  return watchedFunction(target, name, { kind: 'fs', what: `fs.${name}`, ...how })
}

function onlyReads([, flags]: readonly unknown[]): boolean {
  if (typeof flags === 'string') return !/[wa+]/.test(flags)
  if (typeof flags !== 'number') return true
  return (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) === 0
}

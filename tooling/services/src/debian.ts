// Getting programs from Debian: installed on the machine, or unpacked in a folder of their own.
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { run } from './child.ts'

const QUIET = { DEBIAN_FRONTEND: 'noninteractive' }
const POLICY = '/usr/sbin/policy-rc.d'

export const cacheFolder = (): string =>
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'mfm', 'services')

export const canInstall = (): boolean => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')

/** Runs a command under a lock on a file; the system lets go of it however the command ends. */
const runLocked = async (lock: string, command: readonly string[]): Promise<void> => {
  await mkdir(dirname(lock), { recursive: true })
  await run('flock', [lock, ...command], { environment: QUIET })
}

// The lists of a machine that never fetched any, as of a fresh container, are empty, and old ones name packages that
// are gone from the mirror: then they are fetched, and it is tried again.
const INSTALL = `
if [ ! -e ${POLICY} ]; then
  printf '#!/bin/sh\\nexit 101\\n' > ${POLICY}
  chmod 755 ${POLICY}
  trap 'rm -f ${POLICY}' EXIT
fi
install() {
  apt-get install --yes -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
}
install "$@" 2> /dev/null || { apt-get update -qq && install "$@"; }`

/**
 * Installs packages, without what they recommend and without starting what they bring: a server on the standard port
 * of the machine is not ours to start.
 */
export const installPackages = async (names: readonly string[]): Promise<void> => {
  console.error(`services: installing ${names.join(', ')}`)
  await runLocked(join(cacheFolder(), 'apt.lock'), ['sh', '-c', INSTALL, 'sh', ...names])
}

/** The mirror that this machine is set up for. */
const mirror = async (): Promise<string> => {
  const targets = await run('apt-get', [
    'indextargets',
    '--format',
    '$(REPO_URI)',
    'Created-By: Packages',
  ])
  const found = targets.split('\n').find((line) => line !== '' && !line.includes('security'))
  if (found === undefined) throw new Error('apt-get knows no mirror of Debian')
  return found
}

/**
 * Unpacks packages of a suite, and all they depend on, in a folder of the cache, to be run by chroot: nothing of
 * another release mixes with the machine. A second caller, in this process or in another, waits and finds it done.
 */
export const unpackedTree = async (
  name: string,
  suite: string,
  packages: readonly string[],
): Promise<string> => {
  const tree = join(cacheFolder(), name)
  if (existsSync(tree)) return tree
  if (!existsSync('/usr/bin/mmdebstrap')) await installPackages(['mmdebstrap'])
  console.error(`services: unpacking ${packages.join(', ')} of ${suite} in ${tree}`)
  const partial = `${tree}.partial`
  // The index of a suite that is still moving is valid for a week only, and a mirror's copy can be older. Its
  // signature is checked all the same.
  const unpack = [
    'mmdebstrap --quiet --mode=root --variant=extract',
    `--aptopt='Acquire::Check-Valid-Until "false"'`,
    '--include="$3" "$4" "$2" "deb $5 $4 main"',
  ].join(' ')
  // Renamed when complete, so that a tree that is there is whole.
  const script = `test -d "$1" || { rm -rf --one-file-system "$2" && ${unpack} && mv "$2" "$1"; }`
  const include = ['base-files', ...packages].join(',')
  await runLocked(`${tree}.lock`, [
    'sh',
    '-c',
    script,
    'sh',
    tree,
    partial,
    include,
    suite,
    await mirror(),
  ])
  return tree
}

import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Harness } from '@mfm/conformance'

/** `store-memory` cannot hold its own harness: the kit depends on it. */
const KIT_TESTS = 'packages/conformance/test'
/** An adapter that must fail; it is there to test the kit. */
const BROKEN = 'broken.harness.ts'

/** Every harness of the repository, as paths from its root, in the order of the alphabet. */
export async function harnessFiles(root: string): Promise<readonly string[]> {
  const packages = (await readdir(join(root, 'packages'))).filter((name) =>
    /^(store|index)-/.test(name),
  )
  const folders = [KIT_TESTS, ...packages.map((name) => `packages/${name}/test`)]
  const files = await Promise.all(folders.map((folder) => harnessesIn(root, folder)))
  return files.flat().sort()
}

async function harnessesIn(root: string, folder: string): Promise<readonly string[]> {
  const names = await readdir(join(root, folder)).catch(() => [])
  return names
    .filter((name) => /^(.+\.)?harness\.ts$/.test(name) && name !== BROKEN)
    .map((name) => `${folder}/${name}`)
}

/** Such as `store-s3 (plain)` for `store-s3/test/plain.harness.ts`. */
export function titled<T extends { readonly name: string }>(report: T, file: string): T {
  const variant = basename(file).replace(/\.?harness\.ts$/, '')
  return report.name.endsWith(variant) ? report : { ...report, name: `${report.name} (${variant})` }
}

export async function loadHarness(root: string, file: string): Promise<Harness> {
  const url = pathToFileURL(join(root, file)).href
  const loaded = (await import(url)) as { readonly default: Harness } // by the name of the file
  return loaded.default
}

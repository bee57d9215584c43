import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { canonicalize, parseJson } from '@mfm/canonical-json'
import { decode, isMfmError, MfmError } from '@mfm/errors'
import type { GoldenContent, GoldenDocument, GoldenEvent, GoldenValues } from './golden-document.ts'
import { goldenDocumentSchema } from './golden-document.ts'
import type { Golden } from './golden-of-run.ts'
import { indentJson } from './json-layout.ts'

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$/

/**
 * Where the golden run of a name is kept.
 *
 * @throws MfmError `invalid_option` for a name that is no plain file name
 */
export function goldenPath(folder: string, name: string): string {
  if (NAME.test(name)) return join(folder, `${name}.json`)
  throw new MfmError('invalid_option', {
    message: 'the name of a golden run is 1 to 100 of letters, digits, ".", "_" and "-"',
    details: { option: 'name' },
  })
}

/** The text of the file: canonical JSON over several lines. */
export function goldenText({ document }: Pick<Golden, 'document'>): string {
  return `${indentJson(canonicalize(document))}\n`
}

/**
 * Reads a golden run; `undefined` where there is none.
 *
 * @throws MfmError `golden_invalid`
 */
export async function readGolden(path: string): Promise<Golden | undefined> {
  const text = await readIfThere(path)
  if (text === undefined) return undefined
  const document = parseDocument(path, text.toString('utf8'))
  const files = new Map<string, Uint8Array>()
  for (const name of fileNames(document)) {
    const bytes = await readIfThere(join(filesFolder(path), name))
    if (bytes !== undefined) files.set(name, Uint8Array.from(bytes))
  }
  return { document, files }
}

/** Writes a golden run, and takes away files beside it that it no longer names. */
export async function writeGolden(path: string, golden: Golden): Promise<void> {
  const folder = filesFolder(path)
  await mkdir(golden.files.size > 0 ? folder : dirname(path), { recursive: true })
  for (const [name, bytes] of golden.files) await writeFile(join(folder, name), bytes)
  const fresh = `${path}.${process.pid}.tmp`
  await writeFile(fresh, goldenText(golden))
  await rename(fresh, path)
  await removeOthers(folder, golden)
}

/** A path as a reader of a message knows it. */
export function shownPath(path: string): string {
  return relative(process.cwd(), path)
}

function filesFolder(path: string): string {
  return join(dirname(path), `${basename(path, '.json')}.files`)
}

async function removeOthers(folder: string, { files }: Golden): Promise<void> {
  if (files.size === 0) {
    await rm(folder, { recursive: true, force: true })
    return
  }
  for (const name of await readdir(folder)) {
    if (!files.has(name)) await rm(join(folder, name), { recursive: true })
  }
}

function parseDocument(path: string, text: string): GoldenDocument {
  try {
    const value = parseJson(text, { integers: 'bigint' })
    return decode(goldenDocumentSchema, value, 'golden_invalid', { what: shownPath(path) })
  } catch (error) {
    if (!isMfmError(error) || error.code === 'golden_invalid') throw error
    throw new MfmError('golden_invalid', {
      message: `${shownPath(path)} is not JSON: ${error.message}`,
      cause: error,
    })
  }
}

function fileNames({ workflow, events }: GoldenDocument): readonly string[] {
  return [
    ...(workflow === null ? [] : namesInValues(workflow.context)),
    ...events.flatMap(namesInEvent),
  ]
}

function namesInEvent(event: GoldenEvent): readonly string[] {
  if (event.type === 'state_completed') return namesInValues(event.writes)
  if (event.type !== 'fact') return []
  const { request, response, attachments = [] } = event
  return [...(request === undefined ? [] : [request]), response, ...attachments].flatMap(nameIn)
}

function namesInValues({ files = {} }: GoldenValues): readonly string[] {
  return Object.values(files)
}

function nameIn(content: GoldenContent): readonly string[] {
  return 'file' in content ? [content.file] : []
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

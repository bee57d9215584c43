import type {
  ExportDocument,
  ImportDocument,
  ScanDocument,
} from '../output-schemas/bundle-documents.ts'
import { columns, fields } from './columns.ts'
import type { Paint } from './paint.ts'
import { printable } from './printable.ts'
import { headText } from './run.ts'

const SHOWN = 20

const STATUS_TEXT = {
  imported: 'imported',
  completed: 'completed: the events that were lacking were added',
  present: 'present already',
  ahead: 'present already, and further than in the bundle',
} as const

export function renderExport({ file, bytes, manifest }: ExportDocument, _paint: Paint): string[] {
  const { runs, documents, omitted, root } = manifest
  return [
    ...runs.map(
      ({ runId, headSeq, headDigest }) =>
        `${runId}  ${headText({ seq: headSeq, digest: headDigest })}`,
    ),
    ...fields([
      ['file', `${printable(file)}, ${bytes} bytes`],
      ['documents', `${documents.count}, ${documents.bytes} bytes`],
      ['left out', omitted.length === 0 ? undefined : `${omitted.length} bodies`],
      ['root', `sha256 ${root}`],
    ]),
  ]
}

export function renderImport({ runs, missing, root }: ImportDocument, paint: Paint): string[] {
  const more = missing.length - SHOWN
  return [
    ...runs.map(
      ({ runId, status, headSeq }) => `${runId}  event ${headSeq}, ${STATUS_TEXT[status]}`,
    ),
    ...fields([['root', `sha256 ${root}`]]),
    ...(missing.length === 0
      ? []
      : [paint('warning', 'left out of the bundle and not in this store:')]),
    ...missing.slice(0, SHOWN).map(({ kind, id, bytes }) => `  ${kind} ${id}, ${bytes} bytes`),
    ...(more > 0 ? [`  … and ${more} more; --output json has them all`] : []),
  ]
}

export function renderScan({ hits, total }: ScanDocument, paint: Paint): string[] {
  if (total === 0) return [paint('good', 'nothing looks like a secret')]
  const rows = hits.map(({ runId, seq, document, pointer, rule }) => [
    rule,
    document === null ? `event ${seq}` : `${document.kind} ${document.id}`,
    pointer === '' ? 'text' : printable(pointer),
    `run ${runId}`,
  ])
  const more = total - hits.length
  return [...columns(rows), ...(more > 0 ? [`… and ${more} more`] : [])]
}

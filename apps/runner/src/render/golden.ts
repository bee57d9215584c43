import type { GoldenFileDocument } from '../output-schemas/golden-file-document.ts'
import { fields } from './columns.ts'
import type { Paint } from './paint.ts'
import { printable } from './printable.ts'

export function renderGolden(document: GoldenFileDocument, _paint: Paint): string[] {
  const { file, name, facts, files } = document
  return fields([
    ['file', printable(file)],
    ['facts', String(facts)],
    ['beside it', files.length === 0 ? undefined : `${files.length} files`],
    ['test', `await golden('${name}', op)`],
  ])
}

import { jsonText } from '../render/json-text.ts'
import type { Paint } from '../render/paint.ts'
import type { Cli } from './cli.ts'

/** Writes what a command found to standard output: the document as JSON, or as lines for people. */
export async function emit<T>(
  cli: Cli,
  document: T,
  render: (document: T, paint: Paint) => readonly string[],
): Promise<void> {
  await cli.stdout.write(`${asText(cli, document, render)}\n`)
}

function asText<T>(
  { format, stdout }: Cli,
  document: T,
  render: (document: T, paint: Paint) => readonly string[],
): string {
  if (format === 'text') return render(document, stdout.paint).join('\n')
  return jsonText(document, format === 'json' ? 2 : 0)
}

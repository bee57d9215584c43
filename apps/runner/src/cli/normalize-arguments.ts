/** Spellings that people use and the parser does not know. */
export function normalizeArguments(argv: readonly string[]): readonly string[] {
  const [first, ...rest] = argv
  const given = first === 'help' ? [...rest, '--help'] : argv
  return given.flatMap(splitLongValue)
}

/** The parser takes `--name=value` apart only where the value is one line and not empty. */
function splitLongValue(arg: string): readonly string[] {
  const [, name, value] = /^(--[a-z][a-z-]+)=(.*)$/s.exec(arg) ?? []
  if (name === undefined || value === undefined) return [arg]
  return value === '' || value.includes('\n') ? [name, value] : [arg]
}

/** Rows with their columns aligned and two spaces between; the last column is never padded. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, cell.length)
    }
  }
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}

/** `name  value` lines; a row without a value is left out. */
export function fields(rows: readonly (readonly [string, string | undefined])[]): string[] {
  const given = rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  return columns(given)
}

const INDENT = '  '

/** A string of JSON, or one character of its structure; white space is neither. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s[\]{}:,"]+/g

/** JSON text over several lines. Only white space is added: names keep their order and numbers their digits. */
export function indentJson(text: string): string {
  let result = ''
  let depth = 0
  let before = ''
  for (const [token] of text.matchAll(TOKEN)) {
    const closes = token === '}' || token === ']'
    if (closes) depth -= 1
    const isEmpty = closes && (before === '{' || before === '[')
    if ((closes && !isEmpty) || before === ',' || (isOpening(before) && !closes)) {
      result += `\n${INDENT.repeat(Math.max(0, depth))}`
    }
    result += token === ':' ? ': ' : token
    if (isOpening(token)) depth += 1
    before = token
  }
  return result
}

/** JSON text without white space between its parts. */
export function compactJson(text: string): string {
  return Array.from(text.matchAll(TOKEN), ([token]) => token).join('')
}

function isOpening(token: string): boolean {
  return token === '{' || token === '['
}

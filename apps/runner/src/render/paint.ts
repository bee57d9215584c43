export const STYLES = {
  strong: 'bold',
  faint: 'dim',
  good: 'green',
  bad: 'red',
  warning: 'yellow',
} as const

/** Gives text a meaning that a terminal may show as a colour. */
export type Paint = (style: keyof typeof STYLES, text: string) => string

export const plain: Paint = (_style, text) => text

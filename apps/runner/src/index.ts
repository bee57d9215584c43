/** Placeholder until the package has its first export. */
export const packageName = '@mfm/runner'

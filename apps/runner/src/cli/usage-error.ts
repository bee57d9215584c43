/**
 * A command line that makes no sense. Free of imports, so that help and version never load the rest of the program;
 * it is shown as `invalid_option`.
 */
export class UsageError extends Error {
  readonly help: string | undefined

  constructor(message: string, help?: string) {
    super(message)
    this.name = 'UsageError'
    this.help = help
  }
}

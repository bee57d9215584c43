import { join } from 'node:path'

/** The recorded run that is part of the repository, for machines that reach no registry. */
export const shippedRecordingFile: string = join(
  import.meta.dirname,
  '..',
  '..',
  'recording',
  'run.jsonl',
)

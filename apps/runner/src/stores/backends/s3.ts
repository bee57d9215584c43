import { hasCode, MfmError } from '@mfm/errors'
import { openS3ArtifactStore } from '@mfm/store-s3'
import { z } from 'zod'
import type { Backend, OpenedPorts, Opening } from '../backend.ts'
import { queryOf, serverUrl } from '../server-url.ts'

const querySchema = z.strictObject({
  endpoint: z.string().optional(),
  region: z.string().optional(),
  pathStyle: z.stringbool({ truthy: ['true'], falsy: ['false'] }).optional(),
  createOnly: z.enum(['probe', 'trusted', 'unsupported']).optional(),
  checksums: z.enum(['auto', 'required', 'off']).optional(),
})

/** The credentials are those that the AWS SDK finds in the environment. */
async function open(opening: Opening): Promise<OpenedPorts> {
  const url = serverUrl(opening, 's3://bucket/prefix?endpoint=https://…&region=…')
  if (`${url.username}${url.password}` !== '') throw credentialsInUrl(opening)
  const options = {
    bucket: url.host,
    prefix: url.pathname.slice(1),
    ...queryOf(url, querySchema, opening.option),
  }
  const { signal } = opening
  const artifacts = await openS3ArtifactStore(options, { signal }).catch((error: unknown) => {
    throw inWordsOfUrl(error)
  })
  return { artifacts, close: async () => await artifacts.close() }
}

const CREDENTIALS =
  'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or a role, as for any AWS tool.'

/** The adapter tells of its options, and credentials are no part of a URL. */
function inWordsOfUrl(error: unknown): unknown {
  const isOfCredentials =
    hasCode(error, 'invalid_option') && JSON.stringify(error.details).includes('"/credentials"')
  if (!isOfCredentials) return error
  const { code, message, details } = error
  const help = `For the access key of this server ${CREDENTIALS}`
  return new MfmError(code, { message, details: details ?? {}, help, cause: error })
}

function credentialsInUrl({ option }: Opening): MfmError {
  return new MfmError('invalid_option', {
    message: `the URL of --${option} holds credentials, and those of S3 do not belong there`,
    details: { option },
    help: `Take them out, and ${CREDENTIALS}`,
  })
}

export const s3: Backend = { adapter: 'store-s3', open }

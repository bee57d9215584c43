import type { StubRequest } from './stub-server.ts'

export interface StubReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Whether a create-only write replaces nothing, replaces everything, or lets the first two of a key win. */
export type Conditions = 'honoured' | 'ignored' | 'racy'

/** One bucket in memory, as a correct S3 server keeps it, and with a few faults to choose. */
export class StubBucket {
  readonly objects: Map<string, Buffer> = new Map()
  readonly uploads: Map<string, Map<number, Buffer>> = new Map()
  conditions: Conditions = 'honoured'
  /** Whether the condition counts where a multipart upload is completed. */
  honoursOnCompletion = true
  /** How a page that is not the last names the next. */
  token: 'fresh' | 'missing' | 'repeated' = 'fresh'
  readonly #wins: Map<string, number> = new Map()

  reply(request: StubRequest): StubReply {
    const { method, query, key } = request
    if (query.has('list-type')) return this.#list(query)
    if (query.has('uploads')) return this.#begin()
    if (query.has('uploadId')) return this.#part(request)
    if (method === 'PUT') return this.#put(request, request.body, this.conditions)
    const bytes = this.objects.get(key)
    if (method === 'DELETE') {
      this.objects.delete(key)
      return empty(204)
    }
    if (bytes === undefined) return method === 'HEAD' ? empty(404) : xmlError(404, 'NoSuchKey')
    if (method === 'HEAD')
      return { ...empty(200), headers: { 'content-length': `${bytes.length}` } }
    return { status: 200, headers: {}, body: bytes }
  }

  #put({ key, headers }: StubRequest, bytes: Buffer, conditions: Conditions): StubReply {
    const wins = this.#wins.get(key) ?? 0
    const mayReplace = conditions === 'ignored' || (conditions === 'racy' && wins < 2)
    if (headers['if-none-match'] === '*' && this.objects.has(key) && !mayReplace) {
      return xmlError(412, 'PreconditionFailed')
    }
    this.#wins.set(key, wins + 1)
    this.objects.set(key, bytes)
    return { ...empty(200), headers: { etag: '"etag"' } }
  }

  #begin(): StubReply {
    const id = `upload-${this.uploads.size + 1}`
    this.uploads.set(id, new Map())
    return xml(
      200,
      `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
    )
  }

  #part(request: StubRequest): StubReply {
    const { method, query, body } = request
    const id = query.get('uploadId') ?? ''
    const parts = this.uploads.get(id)
    if (parts === undefined) return xmlError(404, 'NoSuchUpload')
    if (method === 'PUT') {
      parts.set(Number(query.get('partNumber')), body)
      return { ...empty(200), headers: { etag: '"part"' } }
    }
    if (method === 'DELETE') {
      this.uploads.delete(id)
      return empty(204)
    }
    const ordered = Array.from(parts).sort(([one], [other]) => one - other)
    const whole = Buffer.concat(ordered.map(([, bytes]) => bytes))
    const reply = this.#put(request, whole, this.honoursOnCompletion ? 'honoured' : 'ignored')
    if (reply.status !== 200) return reply
    this.uploads.delete(id)
    return xml(
      200,
      '<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>',
    )
  }

  #list(query: URLSearchParams): StubReply {
    const after = query.get('continuation-token') ?? ''
    const prefix = query.get('prefix') ?? ''
    const keys = Array.from(this.objects.keys())
      .filter((key) => key.startsWith(prefix) && key > after)
      .sort()
    const page = keys.slice(0, 1000)
    const isTruncated = keys.length > page.length
    const tokens = { fresh: page.at(-1), missing: undefined, repeated: after || page.at(-1) }
    const token = isTruncated ? tokens[this.token] : undefined
    const contents = page.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('')
    const next =
      token === undefined ? '' : `<NextContinuationToken>${token}</NextContinuationToken>`
    const flag = `<IsTruncated>${isTruncated}</IsTruncated>`
    return xml(200, `<ListBucketResult>${flag}${contents}${next}</ListBucketResult>`)
  }
}

function empty(status: number): StubReply {
  return { status, headers: {}, body: Buffer.alloc(0) }
}

function xml(status: number, text: string): StubReply {
  return { status, headers: { 'content-type': 'application/xml' }, body: Buffer.from(text) }
}

export function xmlError(status: number, code: string): StubReply {
  return xml(status, `<Error><Code>${code}</Code><Message>${code} of the stub</Message></Error>`)
}

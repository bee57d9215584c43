import { bodyTooLarge } from './stream-body.ts'

/**
 * The bytes of a body as they came, without their content encoding.
 *
 * @param limit most bytes, counted after decoding: a small answer may decode to a huge one
 * @throws MfmError `http_body_too_large`; the rest of the body is not read
 */
export async function readBody(response: Response, limit: number): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let length = 0
  // Leaving the loop cancels the stream and frees its connection.
  for await (const chunk of response.body) {
    length += chunk.byteLength
    if (length > limit) throw bodyTooLarge(limit)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

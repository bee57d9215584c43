import { fetchThrough, serverSentEvents } from '@mfm/transport-http'
import { expect, it } from 'vitest'
import { inGit } from './in-git.ts'

it('gzip: the body is kept as text, and the headers do not promise another encoding', async () => {
  const { live, replayed, kinds, text } = await inGit({
    recorded: (origin) => async (io) => {
      const response = await fetchThrough(io, `${origin}/gzip`)
      return [await response.text(), response.headers.get('content-encoding')]
    },
  })
  expect(live).toEqual(['zipped text', null])
  expect([replayed, kinds]).toEqual([live, []])
  expect(text).toContain('zipped text')
})

it('SSE: the text of all events comes back, and a reviewer sees them line by line', async () => {
  const { replayed, kinds, text } = await inGit({
    recorded: (origin) => async (io) => await (await fetchThrough(io, `${origin}/sse`)).text(),
  })
  expect([replayed, kinds]).toEqual(['data: 1\n\ndata: 2\n\n', []])
  expect(text).toContain('"data: 1",\n')
})

it('SSE, streamed: every event comes while the rest is to come, and again in the same order', async () => {
  const { live, replayed, kinds, text } = await inGit({
    recorded: (origin) => async (io) => {
      const seen: unknown[] = []
      const response = await fetchThrough(io, `${origin}/sse`, { stream: true })
      for await (const { data } of serverSentEvents(response)) {
        seen.push(data, await io.recordValue(`saw ${data}`, data))
      }
      return seen
    },
  })
  expect(live).toMatchObject(['1', expect.any(String), '2', expect.any(String)])
  expect([replayed, kinds]).toEqual([live, []])
  // The values were recorded before the body had ended.
  expect(text.indexOf('saw 1')).toBeLessThan(text.indexOf('"data: 1",\n'))
})

it('binary: every byte comes back, from a file of bytes', async () => {
  const { replayed, kinds, golden } = await inGit({
    recorded: (origin) => async (io) => {
      const response = await fetchThrough(io, `${origin}/binary`)
      return [...new Uint8Array(await response.arrayBuffer())]
    },
  })
  const all = Array.from({ length: 256 }, (_, index) => index)
  expect([replayed, kinds]).toEqual([all, []])
  expect([...golden.files.values()].map((bytes) => [...bytes])).toEqual([all])
})

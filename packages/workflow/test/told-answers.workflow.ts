import { z } from 'zod'
import { contextKey, defineOp, serverSentEvents, state } from '../src/index.ts'

const answer = contextKey('answer', z.json())

/** Asks a model, notes when each of its words came, and records what it comes to. */
export default defineOp({
  id: 'told_answers',
  version: 'v1',
  output: answer,
  states: [
    state('ask', {
      writes: [answer],
      run: async ({ context, io }) => {
        const init = { method: 'POST', json: { model: 'm' }, stream: true }
        const response = await io.fetch({ endpoint: 'llm', path: '/v1' }, init)
        const words: string[] = []
        const noted: string[] = []
        for await (const { data } of serverSentEvents(response)) {
          words.push(data)
          noted.push(await io.record('noted', `${words.length} words`))
        }
        context.write(answer, { words, noted, status: response.status, random: await io.random() })
      },
    }),
  ],
})

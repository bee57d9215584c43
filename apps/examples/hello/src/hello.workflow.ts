import { contextKey, defineOp, state } from '@mfm/workflow'
import { z } from 'zod'

const name = contextKey('name', z.string())
const greeting = contextKey('greeting', z.string())

const greet = state('greet', {
  reads: [name],
  writes: [greeting],
  run: async ({ context, io }) => {
    const hour = new Date(await io.now()).getUTCHours()
    const salute = hour < 12 ? 'Good morning' : 'Good day'
    const number = Math.floor((await io.random()) * 100)
    context.write(greeting, `${salute}, ${await context.read(name)}. Your number is ${number}.`)
  },
})

export default defineOp({
  id: 'hello',
  version: 'v1',
  input: name,
  output: greeting,
  states: [greet],
})

import { describe, expect, it } from 'vitest'
import type { BodyParts } from './body-in-turn.ts'
import { BodyInTurn } from './body-in-turn.ts'
import { Turns } from './turns.ts'

/** Turns of those who ask for what is known. */
class KnownTurns extends Turns {
  protected readonly firstNew = undefined
  protected isDue(): boolean {
    return true
  }
  protected takeNew(): void {
    // There is nothing new.
  }
}

const nothing = () => Promise.resolve()

function bodyOf(parts: Partial<BodyParts> = {}) {
  const turns = new KnownTurns()
  const ended: BodyParts = {
    chunk: () => undefined,
    end: () => Promise.resolve(undefined),
    giveUp: () => undefined,
  }
  return { turns, body: new BodyInTurn({ ...ended, ...parts }, turns) }
}

describe('BodyInTurn', () => {
  it('lets who has the end finish what it can before it tells the others who wait', async () => {
    const { turns, body } = bodyOf()
    const steps: string[] = []
    const reader = async (name: string) => {
      expect(await body.next()).toMatchObject({ done: true })
      for (let step = 0; step < 10; step += 1) {
        steps.push(name)
        await Promise.resolve()
      }
    }
    const first = reader('first')
      .then(() => turns.known(nothing))
      .then(() => steps.push('later'))
    await Promise.all([first, reader('second'), reader('third')])
    const names = ['first', 'second', 'third'].flatMap((name) => new Array(10).fill(name))
    expect(steps).toEqual([...names, 'later'])
  })

  it('says that it is over when it is the turn of who asks', async () => {
    const { turns, body } = bodyOf()
    await body.return()
    const seen: string[] = []
    await Promise.all([
      turns.known(() => new Promise(setImmediate)).then(() => seen.push('before')),
      body.next().then(() => seen.push('next')),
      body.return().then(() => seen.push('return')),
    ])
    expect(seen).toEqual(['before', 'next', 'return'])
  })

  it('tells one reader what kept a chunk from coming, and the next may try again', async () => {
    let tries = 0
    const { body } = bodyOf({
      chunk: async () => {
        tries += 1
        if (tries === 1) throw new Error('not now')
        return Uint8Array.of(tries)
      },
    })
    const reads = [body.next(), body.next()]
    await expect(reads[0]).rejects.toThrow('not now')
    expect(await reads[1]).toEqual({ done: false, value: Uint8Array.of(2) })
  })
})

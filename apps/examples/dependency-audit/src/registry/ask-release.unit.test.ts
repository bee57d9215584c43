import { describe, expect, it } from 'vitest'
import { askRelease, questionsFor } from './ask-release.ts'

interface Question {
  readonly input: unknown
  readonly select: readonly string[] | undefined
}

/** Answers every question with the whole document, as a recording that selected too much would. */
function registry(document: unknown, questions: Question[] = []): Parameters<typeof askRelease>[0] {
  return {
    fetch: (input, init) => {
      questions.push({ input, select: init?.select })
      return Promise.resolve(Response.json(document))
    },
  }
}

const DOCUMENT = {
  'dist-tags': { latest: '2.0.0', next: '3.0.0-beta.1', odd: 7 },
  versions: {
    '1.0.0': { license: 'MIT' },
    '1.9.0': { license: 'MIT' },
    '1.10.0': { license: 'MIT', deprecated: 'old' },
    '1.11.0-rc.1': {},
    '2.0.0': { license: 'ISC', deprecated: false },
    '3.0.0-beta.1': {},
  },
  time: { '1.10.0': '2024-01-01T00:00:00.000Z' },
}
const TAGGED = { ...DOCUMENT, 'dist-tags': { latest: '2.0.0', next: '3.0.0-beta.1' } }

describe('the wanted version', () => {
  it.each([
    ['^1.0.0', '1.10.0'],
    ['~1.9.0', '1.9.0'],
    ['<1.10.0', '1.9.0'],
    ['>=1.11.0-rc.0 <2', '1.11.0-rc.1'],
    ['*', '2.0.0'],
    ['^1 || ^2', '2.0.0'],
    ['next', '3.0.0-beta.1'],
    ['1.0.0', '1.0.0'],
    ['v1.0.0', '1.0.0'],
  ])('of %s is %s', async (range, wanted) => {
    expect(await askRelease(registry(TAGGED), { name: 'a', range })).toMatchObject({
      wanted,
      latest: '2.0.0',
      problem: null,
    })
  })

  it.each([
    ['^4.0.0', 'no version is ^4.0.0'],
    ['4.0.0', 'no version is 4.0.0'],
    ['missing', 'no version is missing'],
  ])('of %s is none', async (range, problem) => {
    expect(await askRelease(registry(TAGGED), { name: 'a', range })).toMatchObject({
      wanted: null,
      latest: '2.0.0',
      problem,
    })
  })
})

describe('a release', () => {
  it('has what the registry says of it', async () => {
    expect(await askRelease(registry(TAGGED), { name: 'a', range: '1.10.0' })).toEqual({
      name: 'a',
      range: '1.10.0',
      wanted: '1.10.0',
      latest: '2.0.0',
      publishedAt: '2024-01-01T00:00:00.000Z',
      deprecated: 'old',
      licence: 'MIT',
      problem: null,
    })
  })

  it('is not deprecated by a registry that says so with a boolean', async () => {
    const release = await askRelease(registry(TAGGED), { name: 'a', range: '2.0.0' })
    expect(release.deprecated).toBeNull()
  })

  it.each([
    [{ license: { type: 'BSD' } }, 'BSD'],
    [{ licenses: [{ type: 'MIT' }, { type: 'ISC' }] }, 'MIT OR ISC'],
    [{ license: 7 }, null],
    [{}, null],
  ])('with the manifest %j has the licence %j', async (manifest, licence) => {
    const document = { versions: { '1.0.0': manifest } }
    const release = await askRelease(registry(document), { name: 'a', range: '1.0.0' })
    expect(release.licence).toBe(licence)
  })

  it.each([
    [{}, 'no version is 9.9.9'],
    [{ versions: 7, time: null, 'dist-tags': ['latest'] }, 'no version is 9.9.9'],
    [DOCUMENT, 'no version is 9.9.9'],
    [[], 'answered with something else'],
    ['text', 'answered with something else'],
  ])('of the document %j is told with a problem', async (document, problem) => {
    const release = await askRelease(registry(document), { name: 'a', range: '9.9.9' })
    expect(release).toMatchObject({ wanted: null, latest: null, problem })
  })
})

describe('the questions', () => {
  it('are one for a pinned version: about that version alone', async () => {
    const questions: Question[] = []
    await askRelease(registry(TAGGED, questions), { name: '@scope/a', range: '1.0.0' })
    expect(questions).toEqual([
      {
        input: { endpoint: 'registry', path: '/@scope%2fa' },
        select: [
          '/dist-tags/latest',
          '/time/1.0.0',
          '/versions/1.0.0/version',
          '/versions/1.0.0/license',
          '/versions/1.0.0/licenses/*/type',
          '/versions/1.0.0/deprecated',
        ],
      },
    ])
  })

  it.each(['1.0.0', '^1.0.0', 'next', 'catalog:'])('for %s are counted before', async (range) => {
    const questions: Question[] = []
    await askRelease(registry(TAGGED, questions), { name: 'a', range })
    expect(questions).toHaveLength(questionsFor({ name: 'a', range }))
  })
})

import { isMfmError } from '@mfm/errors'
import { describe, expect, it } from 'vitest'
import { checkHarness } from './check-harness.ts'
import { SAMPLE_HARNESS } from './report/sample-report.fixture.ts'

const IDS = ['ES-01', 'AS-04']

/** The pointers of the problems. */
function problemsOf(wrong: object): string[] {
  try {
    checkHarness({ ...SAMPLE_HARNESS, ...wrong }, IDS)
    return []
  } catch (error) {
    if (!isMfmError(error) || error.code !== 'invalid_option') throw error
    return Object(error.details).problems.map(({ pointer }: { pointer: string }) => pointer)
  }
}

describe('checkHarness', () => {
  it('gives back the harness itself', () => {
    expect(checkHarness(SAMPLE_HARNESS, IDS)).toBe(SAMPLE_HARNESS)
  })

  it.each([
    ['a name with a scope', { name: '@acme/store' }, ['/name']],
    ['a version that is none', { version: 'latest' }, ['/version']],
    ['another contract', { contract: '2.0' }, ['/contract']],
    ['no port', { ports: [] }, ['/ports']],
    ['a port twice', { ports: ['events', 'events'] }, ['/ports']],
    ['an unknown port', { ports: ['queue'] }, ['/ports/0']],
    ['no open', { open: undefined }, ['/open']],
    ['a field that is not known', { backdor: {} }, ['']],
    [
      'a part of the backdoor that is not known',
      { backdoor: { readArtefact: () => null } },
      ['/backdoor'],
    ],
    [
      'a part of the backdoor that is no function',
      { backdoor: { contents: [] } },
      ['/backdoor/contents'],
    ],
    ['a limit that is none', { limits: { artifactBytes: -1 } }, ['/limits/artifactBytes']],
    [
      'an embedded backend with a server',
      { isEmbedded: true, server: () => null },
      ['/isEmbedded'],
    ],
    [
      'an exception without a reason, for a case that is none',
      { exceptions: [{ case: 'ES-99', reason: '' }] },
      ['/exceptions/0/case', '/exceptions/0/reason'],
    ],
    [
      'two exceptions for one case',
      { exceptions: ['a', 'b'].map((why) => ({ case: 'ES-01', reason: `because of ${why}` })) },
      ['/exceptions'],
    ],
    ['several at once', { name: '', version: '' }, ['/name', '/version']],
  ])('refuses %s, by its path', (_, wrong, due) => {
    expect(problemsOf(wrong)).toEqual(due)
  })
})

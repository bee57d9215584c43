import type { Capability } from '@mfm/core-types'
import { openMemoryStores } from '@mfm/store-memory'
import { describe, expect, it } from 'vitest'
import type { ConformanceCase, Level, Need, Subject } from '../case.ts'
import type { Harness } from '../harness.ts'
import type { CaseSelection } from './select-cases.ts'
import { selectCases } from './select-cases.ts'

const memory: Harness = {
  name: 'store-memory',
  version: '1.0.0',
  contract: '1.x',
  ports: ['events', 'artifacts', 'facts'],
  isShared: false,
  open: async () => openMemoryStores(),
  destroy: async () => undefined,
}

function caseOf(id: string, subject: Subject, ...needs: Need[]): ConformanceCase {
  return { id, subject, level: 1, needs, title: 't', why: 'w', run: async () => undefined }
}

function ids({ exercised, notExercised, notApplicable }: CaseSelection) {
  return {
    exercised: exercised.map(({ id }) => id),
    notExercised: notExercised.map(({ case: { id }, missing }) => [id, ...missing]),
    notApplicable: notApplicable.map(({ id }) => id),
  }
}

describe('selectCases', () => {
  it('leaves out what is about a port or a capability that is not there', async () => {
    const artifactsOnly: Harness = {
      ...memory,
      ports: ['artifacts'],
      open: async () => {
        const { artifacts, close } = openMemoryStores()
        const description = { ...artifacts.description, capabilities: ['list' as Capability] }
        return {
          artifacts: Object.create(artifacts, { description: { value: description } }),
          close,
        }
      },
    }
    const cases = [
      caseOf('A', 'artifacts'),
      caseOf('B', 'artifacts', 'list'),
      caseOf('C', 'artifacts', 'erase'),
      caseOf('D', 'events'),
      caseOf('E', 'all'),
      caseOf('F', 'any'),
    ]
    expect(ids(await selectCases(artifactsOnly, cases))).toEqual({
      exercised: ['A', 'B', 'F'],
      notExercised: [],
      notApplicable: ['C', 'D', 'E'],
    })
  })

  it('names what a harness lacks for a case that applies', async () => {
    const cases = [
      caseOf('A', 'events', 'shared', 'proxy'),
      caseOf('B', 'all', 'recordAtomically'),
      caseOf('C', 'facts', 'backdoor.wipeFacts'),
    ]
    expect(ids(await selectCases(memory, cases))).toEqual({
      exercised: ['B'],
      notExercised: [
        ['A', 'shared', 'proxy'],
        ['C', 'backdoor.wipeFacts'],
      ],
      notApplicable: [],
    })
  })

  it('asks an embedded backend nothing about a server', async () => {
    const cases = [caseOf('A', 'any', 'proxy'), caseOf('B', 'any', 'shared')]
    expect(ids(await selectCases({ ...memory, isEmbedded: true }, cases))).toMatchObject({
      notExercised: [['B', 'shared']],
      notApplicable: ['A'],
    })
  })

  it('keeps to the levels, ports and ids that are asked for', async () => {
    const at = (level: Level, id: string, subject: Subject): ConformanceCase => ({
      ...caseOf(id, subject),
      level,
    })
    const cases = [
      at(0, 'A', 'events'),
      at(2, 'B', 'events'),
      at(0, 'C', 'facts'),
      at(0, 'D', 'any'),
    ]
    const asked = async (options: Parameters<typeof selectCases>[2]) =>
      ids(await selectCases(memory, cases, options)).exercised
    expect(await asked({ level: 1 })).toEqual(['A', 'C', 'D'])
    expect(await asked({ ports: ['facts'] })).toEqual(['C', 'D'])
    expect(await asked({ cases: ['B'] })).toEqual(['B'])
  })

  it('fails where open does not give a port that the harness declares', async () => {
    const open = async () => ({ close: async () => undefined })
    await expect(selectCases({ ...memory, open }, [])).rejects.toThrow('events')
  })
})

import { describe, expect, it } from 'vitest'
import { idRange } from './run-list.ts'

const IDS = [
  '00000000-0000-0000-0000-000000000000',
  '0fffffff-ffff-4fff-8fff-ffffffffffff',
  '11111111-2222-4333-8444-555555555555',
  '11111111-2222-4333-8444-555555555556',
  '11111111-2223-4333-8444-555555555555',
  'f0000000-0000-4000-8000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
]

describe('idRange', () => {
  it('holds exactly the ids that begin so', () => {
    for (const id of IDS) {
      for (let length = 0; length <= id.length; length++) {
        const prefix = id.slice(0, length)
        const { first = '', last = 'g' } = idRange(prefix) ?? { first: 'g', last: '' }
        for (const other of IDS) {
          expect(first <= other && other <= last).toBe(other.startsWith(prefix))
        }
      }
    }
  })

  it.each(['g', 'A', '%', '0000000-', `${IDS[0]}0`, '00000000 ', '-', "'"])(
    'holds none for %j, with which no id begins',
    (prefix) => {
      expect(idRange(prefix)).toBeUndefined()
    },
  )
})

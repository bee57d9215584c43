import assert from 'node:assert/strict'
import type { FactIndex } from '@mfm/core-types'
import { at, countOf, rejection } from './expecting.ts'
import { collect, idOf, newRun, upTo } from './samples.ts'
import type { StoreCase } from './store-case.ts'

const HOSTILE_KEYS: readonly string[] = [
  '',
  ' ',
  'a\r\nb',
  '\u0000',
  '\u0000\u0000',
  '{tag}',
  '*',
  'a:b:c',
  '../../x',
  "'; DROP TABLE log; --",
  '%s%n',
  '__proto__',
  'constructor',
  '\u00e9',
  'e\u0301',
  '\u{1f600}',
  'K',
  'k',
  'k ',
  'x'.repeat(65_536),
  `${'x'.repeat(65_535)}y`,
]

export const FACT_CASES: readonly StoreCase[] = [
  {
    id: 'FI-01',
    title: 'the first bind wins and says so',
    run: async ({ open }) => {
      const { facts } = await open()
      const [run, id] = [newRun(), idOf('a')]
      assert.deepEqual(await facts.bindIfUnset(run, 'k', id), { artifactId: id, inserted: true })
      assert.equal(await facts.get(run, 'k'), id)
    },
  },
  {
    id: 'FI-02',
    title: 'a second id loses without throwing',
    run: async ({ open }) => {
      const { facts } = await open()
      const [run, id] = [newRun(), idOf('a')]
      await facts.bindIfUnset(run, 'k', id)
      const second = await facts.bindIfUnset(run, 'k', idOf('b'))
      assert.deepEqual(second, { artifactId: id, inserted: false })
      assert.equal(await facts.get(run, 'k'), id)
    },
  },
  {
    id: 'FI-03',
    title: 'binding the same again changes nothing',
    run: async ({ open }) => {
      const { facts } = await open()
      const [run, id] = [newRun(), idOf('a')]
      await facts.bindIfUnset(run, 'k', id)
      const again = await facts.bindIfUnset(run, 'k', id)
      assert.deepEqual(again, { artifactId: id, inserted: false })
      assert.deepEqual(await collect(facts.entries(run)), [['k', id]])
    },
  },
  {
    id: 'FI-04',
    title: 'an unknown key is undefined, and runs are independent',
    run: async ({ open }) => {
      const { facts } = await open()
      const [here, there] = [newRun(), newRun()]
      assert.equal(await facts.get(here, 'k'), undefined)
      await facts.bindIfUnset(here, 'k', idOf('a'))
      assert.equal(await facts.get(there, 'k'), undefined)
      assert.equal((await facts.bindIfUnset(there, 'k', idOf('b'))).inserted, true)
      assert.equal(await facts.get(here, 'k'), idOf('a'))
    },
  },
  {
    id: 'FI-05',
    title: 'of 64 racers one wins, and every loser holds the id of the winner',
    run: async ({ open, isShared }) => {
      const handles = [await open(), ...(isShared ? [await open()] : [])]
      const run = newRun()
      for (const round of upTo(10)) {
        const results = await Promise.all(
          upTo(64).map((racer) => {
            const { facts } = at(handles, racer % handles.length)
            return facts.bindIfUnset(run, `key ${round}`, idOf(`racer ${racer}`))
          }),
        )
        const winners = results.filter(({ inserted }) => inserted)
        assert.equal(winners.length, 1)
        const ids = new Set(results.map(({ artifactId }) => artifactId))
        assert.deepEqual(ids, new Set(winners.map(({ artifactId }) => artifactId)))
      }
    },
  },
  {
    id: 'FI-06',
    title: 'unbind removes a matching binding and nothing else',
    run: async ({ open }) => {
      const { facts } = await open()
      const run = newRun()
      await facts.bindIfUnset(run, 'k', idOf('a'))
      assert.equal(await facts.unbindIfMatches(run, 'k', idOf('b')), false)
      assert.equal(await facts.unbindIfMatches(run, 'other', idOf('a')), false)
      assert.equal(await facts.unbindIfMatches(newRun(), 'k', idOf('a')), false)
      assert.equal(await facts.get(run, 'k'), idOf('a'))
      assert.equal(await facts.unbindIfMatches(run, 'k', idOf('a')), true)
      assert.equal(await facts.get(run, 'k'), undefined)
      assert.deepEqual(await collect(facts.entries(run)), [])
      assert.equal(await facts.unbindIfMatches(run, 'k', idOf('a')), false)
      assert.equal((await facts.bindIfUnset(run, 'k', idOf('b'))).inserted, true)
      assert.deepEqual(await collect(facts.entries(run)), [['k', idOf('b')]])
    },
  },
  {
    id: 'FI-07',
    title: 'binders and unbinders racing: nobody removes another one’s binding',
    run: async ({ open }) => {
      const { facts } = await open()
      const run = newRun()
      let bound = 0
      let lost = 0
      await Promise.all(
        upTo(12).map(async (racer) => {
          const own = idOf(`racer ${racer}`)
          for (let round = 0; round < 30; round++) {
            const { inserted, artifactId } = await facts.bindIfUnset(run, 'k', own)
            if (!inserted) {
              lost++
              continue
            }
            bound++
            assert.equal(artifactId, own)
            assert.equal(await facts.unbindIfMatches(run, 'k', idOf('nobody')), false)
            assert.equal(await facts.get(run, 'k'), own)
            assert.equal(await facts.unbindIfMatches(run, 'k', own), true)
          }
        }),
      )
      assert.ok(bound > 0 && lost > 0, 'nobody raced')
      assert.equal(await facts.get(run, 'k'), undefined)
    },
  },
  {
    id: 'FI-09',
    title: 'once seen, a binding never flickers',
    run: async ({ open, isShared }) => {
      const writer = await open()
      const reader = isShared ? await open() : writer
      const run = newRun()
      const keys = upTo(200).map((index) => `key ${index}`)
      const seen = new Set<string>()
      const look = async (facts: FactIndex): Promise<void> => {
        for (const key of keys) {
          const id = await facts.get(run, key)
          assert.ok(id === undefined ? !seen.has(key) : id === idOf(key))
          if (id !== undefined) seen.add(key)
        }
      }
      for (const [index, key] of keys.entries()) {
        await writer.facts.bindIfUnset(run, key, idOf(key))
        if (index % 40 === 0) await look(index % 80 === 0 ? reader.facts : writer.facts)
      }
      await look(reader.facts)
      assert.equal(seen.size, keys.length)
    },
  },
  {
    id: 'FI-12',
    title: 'an index that was emptied takes the bindings again',
    run: async ({ open }) => {
      const { facts } = await open()
      const run = newRun()
      const keys = upTo(50).map((index) => `key ${index}`)
      for (const key of keys) await facts.bindIfUnset(run, key, idOf(key))
      for (const key of keys) assert.equal(await facts.unbindIfMatches(run, key, idOf(key)), true)
      assert.deepEqual(await collect(facts.entries(run)), [])
      for (const key of keys) {
        assert.equal((await facts.bindIfUnset(run, key, idOf(key))).inserted, true)
      }
      const entries = new Map(await collect(facts.entries(run)))
      assert.deepEqual(entries, new Map(keys.map((key) => [key, idOf(key)])))
    },
  },
  {
    id: 'FI-16',
    title: 'no two pairs of run and key are one, whatever the key holds',
    run: async ({ open }) => {
      const { facts } = await open()
      const [run, other] = [newRun(), newRun()]
      const keys = [...HOSTILE_KEYS, run, `${run}k`, other]
      for (const [index, key] of keys.entries()) {
        for (const id of [run, other]) {
          const bound = await facts.bindIfUnset(id, key, idOf(`${index} ${id}`))
          assert.equal(bound.inserted, true, JSON.stringify(key.slice(0, 20)))
        }
      }
      for (const id of [run, other]) {
        const expected = keys.map((key, index) => [key, idOf(`${index} ${id}`)] as const)
        assert.deepEqual(new Map(await collect(facts.entries(id))), new Map(expected))
        for (const [key, bound] of expected) assert.equal(await facts.get(id, key), bound)
      }
    },
  },
  {
    id: 'FI-17',
    title: 'keys that are not well-formed text and malformed ids are refused',
    run: async ({ open }) => {
      const { facts } = await open()
      const run = newRun()
      for (const key of ['\ud800', 'a\udc00', 7, null, undefined]) {
        await rejection(facts.get(run, key as string), 'invalid_id')
        await rejection(facts.bindIfUnset(run, key as string, idOf('x')), 'invalid_id')
        await rejection(facts.unbindIfMatches(run, key as string, idOf('x')), 'invalid_id')
      }
      for (const id of ['', 'x', 'A'.repeat(64)]) {
        await rejection(facts.bindIfUnset(run, 'k', id as never), 'invalid_id')
        await rejection(facts.unbindIfMatches(run, 'k', id as never), 'invalid_id')
      }
      assert.deepEqual(await collect(facts.entries(run)), [])
    },
  },
  {
    id: 'FI-19',
    title: 'entries are complete and without doubles past 10,000 keys, under concurrent binds',
    run: async ({ open }) => {
      const { facts } = await open()
      const run = newRun()
      const keys = upTo(10_050).map((index) => `key ${index}`)
      for (let at = 0; at < keys.length; at += 500) {
        const part = keys.slice(at, at + 500)
        await Promise.all(part.map((key) => facts.bindIfUnset(run, key, idOf(key))))
      }
      const found: string[] = []
      for await (const [key, id] of facts.entries(run)) {
        assert.equal(id, idOf(key))
        found.push(key)
        if (found.length % 3000 === 0) {
          await facts.bindIfUnset(run, `late ${found.length}`, idOf('late'))
        }
      }
      const present = new Set(keys)
      const seen = found.filter((key) => present.has(key))
      assert.equal(seen.length, keys.length)
      assert.equal(new Set(found).size, found.length)
      for await (const [key] of facts.entries(run)) if (key !== '') break
      assert.equal(countOf(found, 'key 1'), 1)
    },
  },
]

import type { Assertion } from './assertion.ts'

export const FACT_ASSERTIONS: readonly Assertion[] = [
  { id: 'FI-01', text: 'First bind returns the given id and `inserted: true`.' },
  {
    id: 'FI-02',
    text: 'A different second id returns the first id and `inserted: false`, without throwing.',
  },
  { id: 'FI-03', text: 'Binding the same id again changes nothing.' },
  { id: 'FI-04', text: 'Unknown key: `undefined`; same key in two runs is independent.' },
  {
    id: 'FI-05',
    text: "64 racers with different ids: one `inserted`; every loser holds the winner's id on return.",
  },
  {
    id: 'FI-06',
    text: '`unbindIfMatches`: matching removes and returns true; other id or absent returns false and changes nothing.',
  },
  { id: 'FI-07', text: 'Bind and unbind racing: nobody ever removes a binding with another id.' },
  {
    id: 'FI-08',
    text: '100 seeded histories of get, bind, unbind are linearizable per key, unknown outcomes included.',
  },
  {
    id: 'FI-09',
    text: 'No flicker: without an unbind, no handle or process ever reads absent or another id after the first sight.',
  },
  {
    id: 'FI-10',
    text: 'Reply lost after commit: the true winner can learn that it won, or the settle rule above recovers it.',
  },
  {
    id: 'FI-11',
    text: 'Client-level resend never produces two winners or a lost fact; a late resent unbind is covered by the repair test.',
  },
  {
    id: 'FI-12',
    text: 'Wipe at any moment, rebuild from the stream: `entries` equals the projection; a run with a wipe in the middle ends identical.',
  },
  {
    id: 'FI-13',
    text: 'Rebuild: same key and id twice accepted; other id is `fact_recorded_conflict` with seq; undecodable is `fact_recorded_malformed`; key text that looks secret stays out of details.',
  },
  {
    id: 'FI-14',
    text: 'No TTL on any key; an eviction policy that could drop facts is refused or declared.',
  },
  {
    id: 'FI-15',
    text: 'Failover that may lose acknowledged writes is declared, and the report prints it.',
  },
  {
    id: 'FI-16',
    text: '(run, key) encoding is injective (property test), braces and separators in keys included.',
  },
  {
    id: 'FI-17',
    text: 'Injection corpus (spaces, CRLF, NUL, `{}`, globs, script fragments, 64 KiB) is inert.',
  },
  {
    id: 'FI-18',
    text: 'A foreign type or malformed id at the key is a typed error, not a crash and not an answer.',
  },
  {
    id: 'FI-19',
    text: '`entries` is complete and duplicate-free for keys present throughout, under concurrent binds, past 10,000 keys; early `break` releases the cursor.',
  },
  {
    id: 'FI-20',
    text: '`READONLY`, `LOADING`, `OOM`, `NOSCRIPT`, `MOVED`, `CROSSSLOT`, `SCRIPT FLUSH` are recovered or retryable, never a lost fact.',
    elsewhere: [
      {
        test: 'packages/index-redis/test/faults.int.test.ts',
        reason: 'these are answers of Redis alone',
      },
      {
        test: 'packages/index-redis/test/cluster.int.test.ts',
        reason: 'MOVED and slots that move need a cluster',
      },
    ],
  },
  { id: 'FI-21', text: 'Winner never depends on client clocks.' },
  {
    id: 'FI-22',
    text: 'With the backend down, calls fail within the deadline, the queue stays bounded, and no write lands after its deadline.',
  },
  { id: 'FI-23', text: '4 processes racing 1,000 keys: each key has one winner, agreed by all.' },
  { id: 'FI-24', text: 'Destroying one scope leaves canary keys of neighbours intact.' },
]

import type { Assertion } from './assertion.ts'

export const ARTIFACT_ASSERTIONS: readonly Assertion[] = [
  { id: 'AS-01', text: 'Id equals an independent SHA-256 computed by the kit.' },
  { id: 'AS-02', text: 'Empty artifact round-trips with the known constant id.' },
  {
    id: 'AS-03',
    text: 'Sizes 1, 4095-4097, 65535-65537, 5 MiB±1, 8 MiB+1 round-trip; all 256 byte values survive.',
  },
  {
    id: 'AS-04',
    text: 'Second put of the same bytes succeeds and does not rewrite the object (raw version unchanged).',
  },
  { id: 'AS-05', text: "Same bytes under two kinds: one id, the first writer's metadata stays." },
  {
    id: 'AS-06',
    text: '64 concurrent puts of one artifact: all succeed, one object; 64 different ones: all readable.',
  },
  { id: 'AS-07', text: 'Absent id: typed `NotFound` from `get`, `false` from `exists`.' },
  {
    id: 'AS-08',
    text: 'Malformed ids (empty, `../x`, upper case, wrong length) are refused with zero backend calls.',
  },
  { id: 'AS-09', text: '`exists` does not read the body (transfer bounded for a large artifact).' },
  {
    id: 'AS-10',
    text: 'Foreign bytes pre-placed at the address: `put` is a corruption error and does not overwrite; `get` is a corruption error.',
  },
  {
    id: 'AS-11',
    text: 'Bit flip, truncation, extension, swap of two objects, transparent gzip: `get` rejects with expected and actual id, in every checksum mode.',
  },
  { id: 'AS-12', text: 'Body cut mid-transfer is an error, never short bytes.' },
  {
    id: 'AS-13',
    text: 'During a throttled upload `exists` is `false`; a competing put of the same bytes may win and both succeed.',
  },
  {
    id: 'AS-14',
    text: 'Abort or crash mid-upload: nothing visible, no orphan multipart upload or temp file (backdoor).',
  },
  {
    id: 'AS-15',
    text: '500 abandoned or aborted gets, then one get succeeds within the deadline (socket leak).',
  },
  {
    id: 'AS-16',
    text: 'Caller mutating the buffer during put never yields bytes that differ from their address.',
  },
  {
    id: 'AS-17',
    text: 'A view with an offset stores only the view; results never alias a pool or each other.',
  },
  { id: 'AS-18', text: 'Strings and plain arrays are refused, not silently encoded.' },
  {
    id: 'AS-19',
    text: 'Hostile kind names (CRLF, non-ASCII, over-long) are refused or preserved, never split into headers.',
  },
  {
    id: 'AS-20',
    text: 'Startup probe: 8 parallel create-only writes to one fresh key, exactly one winner, then a repeat is refused; otherwise the adapter refuses to run or declares the weakness.',
    elsewhere: [
      {
        test: 'packages/store-s3/test/open.int.test.ts',
        reason:
          'only servers that claim a conditional create are probed; here they race, ignore the condition and lie',
      },
    ],
  },
  { id: 'AS-21', text: '412 after our own retry resolves to success once content is verified.' },
  {
    id: 'AS-22',
    text: '409 conflict is retried, not reported as existing.',
    elsewhere: [
      {
        test: 'packages/store-s3/test/put.int.test.ts',
        reason:
          '409 is an answer of S3 alone; a server of our own gives it once, for ever, and to a loser',
      },
    ],
  },
  {
    id: 'AS-23',
    text: '`getMany`/`putMany` (if declared): input order, duplicates, per-item failure, backend batch limits.',
  },
  {
    id: 'AS-24',
    text: '`list` (if declared): crosses 1,000 and 10,000 keys; a truncated page without a fresh token is an error; foreign keys are ignored.',
  },
  {
    id: 'AS-25',
    text: 'Over-limit put is `TooLarge` and leaves nothing; the exact limit passes with bounded memory overhead.',
  },
  {
    id: 'AS-26',
    text: '`erase` (if declared): then `NotFound`, other artifacts intact, re-put works.',
  },
  { id: 'AS-27', text: '`kill -9` during put: later get is `NotFound` or fully verified.' },
  { id: 'AS-28', text: 'Case-insensitive or normalising file systems cannot merge two ids.' },
]

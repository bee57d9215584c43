import type { Assertion } from './assertion.ts'

export const COMMON_ASSERTIONS: readonly Assertion[] = [
  {
    id: 'XX-01',
    text: 'Every method returns a promise (or async iterable) and never throws synchronously, bad arguments included.',
  },
  {
    id: 'XX-02',
    text: 'Errors carry a stable `code`, `retryable`, `cause`; recognised across duplicate copies of the errors package; no raw SDK error escapes.',
  },
  {
    id: 'XX-03',
    text: 'No message or serialised error contains credentials planted in the config.',
  },
  {
    id: 'XX-04',
    text: 'Every documented code is produced by some case.',
    elsewhere: [
      {
        test: 'packages/conformance/src/assertions/codes.unit.test.ts',
        reason: 'every code of a port is looked for in the cases, or in a named test of an adapter',
      },
    ],
  },
  {
    id: 'XX-05',
    text: 'Aborted before the call: rejects with `signal.reason`, zero backend calls.',
  },
  {
    id: 'XX-06',
    text: 'Aborted during: rejects within 250 ms; state is one of the two legal outcomes; next call works.',
  },
  { id: 'XX-07', text: '1,000 calls with one signal leave its listener count unchanged.' },
  { id: 'XX-08', text: 'A black-holed backend ends in `Timeout` within the configured limit.' },
  { id: 'XX-09', text: 'Close twice, concurrently, before use, during open: all resolve.' },
  {
    id: 'XX-10',
    text: 'In-flight work at close finishes or rejects `Closed` by one rule; later calls reject `Closed`.',
  },
  {
    id: 'XX-11',
    text: 'After close a child process exits by itself within 2 s; server-side connections return to baseline.',
  },
  {
    id: 'XX-12',
    text: 'A borrowed client is not closed; an owned one is.',
    elsewhere: [
      {
        test: 'packages/store-s3/test/open.int.test.ts',
        reason: 'how a ready client is given differs with every library',
      },
      {
        test: 'packages/index-redis/test/cluster.int.test.ts',
        reason: 'how a ready client is given differs with every library',
      },
      {
        test: 'packages/store-postgres/test/opening.int.test.ts',
        reason: 'how a ready client is given differs with every library',
      },
    ],
  },
  { id: 'XX-13', text: '100 open/close cycles grow no sockets, timers or file descriptors.' },
  { id: 'XX-14', text: 'No unhandled rejection and no listener warning in the whole run.' },
  { id: 'XX-15', text: 'Backend restart while idle and under load: recovery within a bound.' },
  {
    id: 'XX-16',
    text: 'Reopen in a new process sees everything, at the declared durability (`none`, `process`, `disk`, `replicated`).',
  },
  { id: 'XX-17', text: 'Capabilities are honest in both directions and frozen.' },
  { id: 'XX-18', text: 'Config is rejected with a path per problem; unknown options are errors.' },
  {
    id: 'XX-19',
    text: 'Two instances in one process do not interfere; the suite also runs with frozen intrinsics.',
  },
  {
    id: 'XX-20',
    text: 'Pass-through decorator and scoped view pass the full suite.',
    elsewhere: [
      {
        test: 'packages/conformance/test/decorators.int.test.ts',
        reason: 'the suite runs on the reference stores behind both decorators',
      },
    ],
  },
  { id: 'XX-21', text: 'A throwing logger or tracer never fails a call.' },
  { id: 'XX-22', text: 'Cleanup is proven: nothing left in scope, canaries outside untouched.' },
  {
    id: 'XX-23',
    text: 'Golden fixtures written by every released version still read back.',
    elsewhere: [
      {
        test: 'packages/store-sqlite/test/opening.int.test.ts',
        reason:
          'nothing is released yet, so there is no fixture; until then a store refuses what a newer release wrote',
      },
      { test: 'packages/store-postgres/test/opening.int.test.ts', reason: 'the same' },
    ],
  },
  {
    id: 'XX-24',
    text: 'Types: adapter satisfies the port in a type test; package passes publint and attw.',
    elsewhere: [
      {
        test: 'tooling/bootstrap/check-packages.ts',
        reason:
          'packs every package and runs publint and attw on it; that an adapter is its port is checked by the compiler, in its harness',
      },
    ],
  },
  {
    id: 'XX-25',
    text: 'Same seed, same schedule, same verdict (the kit tests its own determinism).',
    elsewhere: [
      {
        test: 'packages/conformance/test/determinism.int.test.ts',
        reason:
          'records every call of the cases that choose by chance, under equal and other seeds',
      },
    ],
  },
]

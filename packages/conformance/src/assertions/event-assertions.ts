import type { Assertion } from './assertion.ts'

export const EVENT_ASSERTIONS: readonly Assertion[] = [
  { id: 'ES-01', text: 'Unknown run: `headSeq` 0, `read` yields nothing, no error.' },
  {
    id: 'ES-02',
    text: 'Append of k events at 0 returns k; read gives deep-equal envelopes (with and without `tsMillis`), numbered 1..k.',
  },
  {
    id: 'ES-03',
    text: 'Expected too low, too high, 0 on an existing run, N on an unknown run: each `event_store_concurrency` carrying expected and actual head.',
  },
  { id: 'ES-04', text: 'After any refused append the stored stream is byte-identical (backdoor).' },
  {
    id: 'ES-05',
    text: 'Foreign run id, wrong, duplicate or gapped `seq` in any envelope: refused before the head check, nothing written.',
  },
  {
    id: 'ES-06',
    text: 'All or nothing: an unstorable middle event (NaN, oversized, unknown type) leaves nothing.',
  },
  { id: 'ES-07', text: 'Concurrent batches never interleave.' },
  {
    id: 'ES-08',
    text: 'Empty append at the right head returns it unchanged; at a stale head it is a conflict.',
  },
  { id: 'ES-09', text: 'After 200 mixed successes and conflicts, numbering is dense from 1.' },
  {
    id: 'ES-10',
    text: 'Range matrix, full product of from in {absent, 0, 1, 2, head, head+1, 2^53-1} and to in {absent, 0, 1, head, head+1, 2^53-1}, equals the model (`from` 0 means 1, `to` inclusive, `from > to` empty).',
  },
  {
    id: 'ES-11',
    text: 'Streams of 99, 100, 101, 999, 1000, 1001 and 4097 events read back complete (backend page edges).',
  },
  {
    id: 'ES-12',
    text: 'Appending during iteration never reorders, repeats or drops anything up to the head at call time.',
  },
  {
    id: 'ES-13',
    text: 'Re-appending the same envelopes at the same head is a conflict; reading back from expected+1 identifies them as ours by canonical digest.',
  },
  { id: 'ES-14', text: 'No API sequence, retry or reconnect changes a stored event.' },
  {
    id: 'ES-15',
    text: 'JSON fidelity by canonical bytes: `0`, `""`, `false`, `null`, `[]`, `{}`, ±(2^53-1), depth 200, key `__proto__`, key order; fractions round-trip; what the canonical form forbids (NaN, infinities, `undefined`, functions, cycles; fractions under the integers-only profile) is refused identically by all adapters.',
  },
  {
    id: 'ES-16',
    text: 'Text fidelity: NUL, U+2028, emoji, NFC and NFD kept distinct, RTL; lone surrogates have one defined answer (jsonb-type columns fail NUL).',
  },
  {
    id: 'ES-17',
    text: 'Ids outside the grammar (`../`, `%2F`, `:`, `*`, `{tag}`, CRLF, `constructor`, over-long) are refused before any backend call; accepted ids round-trip; case pairs behave the same everywhere.',
  },
  { id: 'ES-18', text: "Names that are prefixes of each other never see each other's events." },
  { id: 'ES-19', text: 'Scopes (`a`,`b:c`) and (`a:b`,`c`) never collide.' },
  {
    id: 'ES-20',
    text: 'Mutating inputs after append, or results after read, changes nothing stored.',
  },
  {
    id: 'ES-21',
    text: 'Order never depends on `tsMillis` or on client clocks (run with clocks skewed backwards).',
  },
  {
    id: 'ES-22',
    text: '64 writers, one expected head: exactly 1 success, 63 typed conflicts, 0 other errors, 50 rounds.',
  },
  {
    id: 'ES-23',
    text: "Read-append loop, 8 workers x 25: exactly 200 events, each worker's in its own order.",
  },
  { id: 'ES-24', text: '100 seeded histories (8 x 25, two handles) are linearizable per run.' },
  {
    id: 'ES-25',
    text: 'A reader never observes part of a batch; `headSeq` never exceeds what `read` can deliver.',
  },
  {
    id: 'ES-26',
    text: 'After acknowledgement another handle and another process see the event (or the adapter declares otherwise).',
  },
  { id: 'ES-27', text: '4 processes x 25 appends: dense and complete.' },
  {
    id: 'ES-28',
    text: '`kill -9` during append: on restart every acknowledged event is there, possibly whole unacknowledged batches, never a torn one, and the next append works.',
  },
  {
    id: 'ES-29',
    text: 'Reply lost after commit: caller gets success or `OutcomeUnknown`; the documented settle procedure yields one copy.',
  },
  { id: 'ES-30', text: 'Failure before commit: retryable error, nothing written.' },
  { id: 'ES-31', text: 'Client-level resend never duplicates.' },
  {
    id: 'ES-32',
    text: 'Throttling, loading and read-only errors are retryable and respect the deadline.',
  },
  {
    id: 'ES-33',
    text: 'A flipped byte, truncated tail, missing middle, swapped pair or broken `prev` link is a corruption error naming run and seq; never skipped.',
    elsewhere: [
      {
        test: 'packages/store-sqlite/test/damage.int.test.ts',
        reason: 'every byte of a file is flipped in turn, which takes the format of one adapter',
      },
    ],
  },
  { id: 'ES-34', text: 'Payload at limit passes; limit+1 is `TooLarge` before any write.' },
  {
    id: 'ES-35',
    text: '10,000 events stream in bounded memory; early `break` releases the cursor or connection.',
  },
  { id: 'ES-36', text: 'Sequences beyond 2^31 behave (backdoor seeds a high head).' },
  {
    id: 'ES-37',
    text: '`listRuns`: filter x page equals the model, equal timestamps included; each run once under concurrent creation; a forged cursor is a typed error.',
  },
  {
    id: 'ES-38',
    text: '`watch` (if declared): every event after `from` once and in order across reconnects and lost notifications; abort ends it.',
  },
  {
    id: 'ES-39',
    text: '`recordAtomically` (if declared): at every fault point artifacts, bindings and events are all there or none is reachable.',
  },
]

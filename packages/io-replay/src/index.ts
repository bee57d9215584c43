export { FactSource, type RecordedAttempt, type ReplayCounts } from './fact-source.ts'
export { openReplay, type Replay, type ReplayOptions } from './open-replay.ts'
export { ReplayIo, type ReplayIoOptions } from './replay-io.ts'

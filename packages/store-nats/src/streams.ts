import { setTimeout } from 'node:timers/promises'
import { MfmError } from '@mfm/errors'
import type { JetStreamManager, StreamConfig, StreamInfo } from '@nats-io/jetstream'
import { DiscardPolicy, RetentionPolicy, StorageType } from '@nats-io/jetstream'
import type { Link } from './link.ts'
import { isStreamMissing, isStreamTaken } from './nats-error.ts'

/** A repeated message is known for so long (ns). Longer than any call may take. */
const DUPLICATE_WINDOW_NANOS = 120_000_000_000
/** Survives the loss of a machine. */
const REPLICATED = 3

/** What a stream must be like, whoever made it, so that nothing acknowledged is ever dropped. */
const REQUIRED = {
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.New,
  max_age: 0,
  max_msgs: -1,
  sealed: false,
  deny_purge: false,
} as const satisfies Partial<StreamConfig>

/** A stream that another opening makes is looked for so often, with so long between (ms). */
const MOST_LOOKS = 20
const LOOK_MILLIS = 25

export interface StreamPlan {
  readonly name: string
  readonly subjects: string
  /** How many messages of one subject are kept; -1 for all. */
  readonly perSubject: number
  readonly replicas: number
}

/**
 * Makes a stream where it is missing, or looks whether it fits.
 *
 * @throws MfmError `store_unsuitable`
 */
export async function prepareStream(
  link: Link,
  manager: JetStreamManager,
  plan: StreamPlan,
): Promise<{ readonly isReplicated: boolean; readonly created: string }> {
  const { config, created } = await link.call(undefined, () => findOrMake(manager, plan))
  const wrong = Object.entries({ ...REQUIRED, max_msgs_per_subject: plan.perSubject }).filter(
    ([name, value]) => config[name as keyof StreamConfig] !== value,
  )
  if (wrong.length > 0) {
    throw new MfmError('store_unsuitable', {
      message: `stream ${plan.name} has settings that may drop what is stored in it`,
      details: {
        stream: plan.name,
        found: Object.fromEntries(
          wrong.map(([name]) => [name, String(config[name as keyof StreamConfig])]),
        ),
        needed: Object.fromEntries(wrong.map(([name, value]) => [name, String(value)])),
      },
    })
  }
  return {
    isReplicated: config.storage === StorageType.File && config.num_replicas >= REPLICATED,
    created,
  }
}

/** Of openings at the same time one makes the stream; the others find it a moment later. */
async function findOrMake(manager: JetStreamManager, plan: StreamPlan): Promise<StreamInfo> {
  for (let looks = 1; ; looks++) {
    try {
      return await manager.streams.info(plan.name)
    } catch (error) {
      if (!isStreamMissing(error)) throw error
    }
    try {
      return await manager.streams.add(configOf(plan))
    } catch (error) {
      if (!isStreamTaken(error) || looks === MOST_LOOKS) throw error
    }
    await setTimeout(LOOK_MILLIS)
  }
}

function configOf({ name, subjects, perSubject, replicas }: StreamPlan): Partial<StreamConfig> & {
  readonly name: string
} {
  return {
    ...REQUIRED,
    name,
    subjects: [subjects],
    storage: StorageType.File,
    num_replicas: replicas,
    max_msgs_per_subject: perSubject,
    duplicate_window: DUPLICATE_WINDOW_NANOS,
    allow_direct: true,
  }
}

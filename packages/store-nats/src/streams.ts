import { MfmError } from '@mfm/errors'
import type { JetStreamManager, StreamConfig } from '@nats-io/jetstream'
import { DiscardPolicy, RetentionPolicy, StorageType } from '@nats-io/jetstream'
import type { Link } from './link.ts'
import { isStreamMissing } from './nats-error.ts'

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
  const { config, created } = await link.call(undefined, async () => {
    try {
      return await manager.streams.info(plan.name)
    } catch (error) {
      if (!isStreamMissing(error)) throw error
    }
    return await manager.streams.add(configOf(plan))
  })
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

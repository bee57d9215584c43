// What each adapter promises for each port, and what it cannot, in words. Proven by its conformance cases.
import type { Port } from '../stores/backend.ts'

export interface Statements {
  readonly promises: readonly string[]
  readonly limits: readonly string[]
}

type AdapterStatements = Partial<Readonly<Record<Port, Statements>>>

const PROVEN = 'Every read is hashed: bytes that are not those of their address are an error.'
const FIRST_BINDING = 'The first binding of a key wins, whoever else binds it at the same time.'
const ONE_MACHINE =
  'The file is for the processes of one machine; locks of network file systems are not to be relied upon.'

const sqliteEvents: Statements = {
  promises: [
    'What was acknowledged is on the disk: WAL with synchronous=FULL, set by the adapter at every opening.',
    'Of two processes that append to one run, one is refused.',
  ],
  limits: [
    ONE_MACHINE,
    'A write-ahead log that lost its end while no process had the file open reads as an older state; where that matters, keep the head that verify prints elsewhere.',
  ],
}

const postgresEvents: Statements = {
  promises: [
    'What was acknowledged is committed on the server, at the durability above.',
    'Of two processes that append to one run, on whatever machine, one is refused.',
  ],
  limits: [
    'A failover to a standby that is not synchronous can lose acknowledged commits; synchronous_standby_names prevents it.',
  ],
}

const natsEvents: Statements = {
  promises: [
    'An append is one message, which the server takes only as the next one of its run.',
    'Of two processes that append to one run, on whatever machine, one is refused.',
  ],
  limits: [
    'A server syncs its disk every two minutes unless sync_interval is always, so a power cut of all servers can lose acknowledged events.',
    'A list of runs asks for the last message of every run: it is for thousands of runs, and not for millions.',
  ],
}

const GONE = 'Gone with the process: no other command sees it, and a crash loses it.'

const STATEMENTS: ReadonlyMap<string, AdapterStatements> = new Map<string, AdapterStatements>([
  [
    'store-sqlite',
    {
      events: sqliteEvents,
      artifacts: { promises: [PROVEN], limits: [ONE_MACHINE] },
      facts: { promises: [FIRST_BINDING], limits: [ONE_MACHINE] },
    },
  ],
  [
    'store-postgres',
    {
      events: postgresEvents,
      artifacts: {
        promises: [PROVEN],
        limits: [
          'Large documents fill the database and its backups; S3 or a folder take them off it.',
        ],
      },
      facts: { promises: [FIRST_BINDING], limits: [] },
    },
  ],
  [
    'store-nats',
    {
      events: natsEvents,
      artifacts: {
        promises: [PROVEN],
        limits: ['Documents longer than a message are stored in parts of half a MiB.'],
      },
      facts: { promises: [FIRST_BINDING], limits: [] },
    },
  ],
  [
    'store-s3',
    {
      artifacts: {
        promises: [
          PROVEN,
          'A document is never replaced: the server was shown to honour If-None-Match, unless createOnly in the URL says otherwise.',
        ],
        limits: [
          'Durability is that of the service: "replicated" is what S3 promises, and what a server of your own keeps if it is set up so.',
        ],
      },
    },
  ],
  [
    'store-fs',
    {
      artifacts: {
        promises: [
          PROVEN,
          'A document is synced, linked to its name, and its folder is synced: nobody sees part of it.',
        ],
        limits: ['Backups and replication of the folder are yours. Windows cannot sync a folder.'],
      },
    },
  ],
  [
    'index-redis',
    {
      facts: {
        promises: [
          FIRST_BINDING,
          'Only commands that may be repeated are repeated; what was lost is bound again from the stream of events.',
        ],
        limits: [
          'A failover, a flush or a crash can lose facts that were acknowledged. None is lost to the run: the stream of events has them.',
        ],
      },
    },
  ],
  [
    'store-memory',
    {
      events: { promises: [], limits: [GONE] },
      artifacts: { promises: [PROVEN], limits: [GONE] },
      facts: {
        promises: [FIRST_BINDING],
        limits: ['Gone with the process, and read again from the stream of events by the next.'],
      },
    },
  ],
])

const NOTHING: Statements = { promises: [], limits: [] }

export function statementsOf(adapter: string, port: Port): Statements {
  return STATEMENTS.get(adapter)?.[port] ?? NOTHING
}

export function statementsTogether(isAtomic: boolean): Statements {
  if (isAtomic) {
    return {
      promises: ['Documents, facts and events of a step are durable in one commit, or not at all.'],
      limits: [],
    }
  }
  return {
    promises: [
      'Documents are durable before the events that name them, whatever ends the process in between.',
    ],
    limits: [
      'No commit spans the backends: a crash can leave documents and bindings that no event names. They do no harm, and nothing removes them.',
    ],
  }
}

// The `globalSetup` of vitest: one broker for the run. It starts no server; the first test that asks for one does.
import process from 'node:process'
import type { Broker } from './broker.ts'
import { BROKER_VARIABLE, startBroker } from './broker.ts'

let broker: Broker | undefined

export const setup = async (): Promise<void> => {
  broker = await startBroker()
  process.env[BROKER_VARIABLE] = broker.socket
}

export const teardown = async (): Promise<void> => {
  await broker?.close()
}

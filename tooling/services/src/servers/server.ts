import type { AnyAddress } from '../addresses.ts'

/** A server that runs. */
export interface Server {
  readonly address: AnyAddress
  /** Ends the server in order and starts it again at the same address; what it kept is still there, see the README. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Settings in the server's own words, such as `maxmemory-policy` of Redis. */
export type Settings = Readonly<Record<string, string>>

/** One kind of server: how to get its programs, and how to start one in an empty folder. */
export interface ServerKind {
  /** Finds or installs the programs; throws an error that says how to get them. */
  prepare(): Promise<void>
  start(folder: string, settings: Settings): Promise<Server>
}

export const howToGet = (what: string, packages: string, variable: string): Error =>
  new Error(
    `${what} is not here. Give the URL of one in ${variable}, or install it (Debian: apt-get install ${packages}), ` +
      'or run the tests as root on Debian, which installs it, ' +
      'or start one by Docker: docker compose -f tooling/services/compose.yaml up -d',
  )

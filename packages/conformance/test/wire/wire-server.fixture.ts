import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer, json } from 'node:stream/consumers'
import type { Address } from '@mfm/conformance'

const PAGE = 1000

export interface StoredArtifact {
  readonly bytes: Uint8Array
  readonly version: number
}

/** What the server keeps for one scope. */
export class WireScope {
  readonly artifacts = new Map<string, StoredArtifact>()
  /** Ids whose upload has begun and not ended. */
  readonly unfinished = new Set<string>()
  readonly facts = new Map<string, Map<string, string>>()
  #version = 0

  store(id: string, bytes: Uint8Array): void {
    this.artifacts.set(id, { bytes, version: ++this.#version })
  }

  bindings(run: string): Map<string, string> {
    const bindings = this.facts.get(run) ?? new Map<string, string>()
    this.facts.set(run, bindings)
    return bindings
  }
}

/** How a server differs from a sound one. */
export interface ServerFlaws {
  /** An upload can be seen from its first byte. */
  readonly showsUnfinished?: boolean
  /** An upload that ends early is kept somewhere. */
  readonly keepsUnfinished?: boolean
}

export interface FactQuestion {
  readonly op: 'get' | 'bind' | 'unbind' | 'entries'
  readonly run: string
  readonly key: string
  readonly id: string
}

/** A small server for artifacts and facts over HTTP, in this process, whose state can be reached around it. */
export class WireServer {
  readonly scopes = new Map<string, WireScope>()
  readonly #flaws: ServerFlaws
  readonly #server = createServer((asked, answer) => void this.#handle(asked, answer))

  constructor(flaws: ServerFlaws = {}) {
    this.#flaws = flaws
  }

  async start(): Promise<Address> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  scope(name: string): WireScope {
    const scope = this.scopes.get(name) ?? new WireScope()
    this.scopes.set(name, scope)
    return scope
  }

  async #handle(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    try {
      const { pathname, searchParams } = new URL(asked.url ?? '', 'http://wire')
      const [, name = '', what, id = ''] = pathname.split('/')
      const scope = this.scope(name)
      if (what === 'facts') {
        const result = answerFact(scope, (await json(asked)) as FactQuestion)
        answer.end(JSON.stringify(result))
      } else if (what === 'list') {
        answer.end(JSON.stringify(page(scope, searchParams.get('after') ?? '')))
      } else await this.#artifact(scope, id, asked, answer)
    } catch {
      answer.destroy() // the connection ended, or the question was none
    }
  }

  async #artifact(
    scope: WireScope,
    id: string,
    asked: IncomingMessage,
    answer: ServerResponse,
  ): Promise<void> {
    if (asked.method === 'PUT') {
      answer.statusCode = await this.#put(scope, id, asked)
      answer.end()
      return
    }
    const found = scope.artifacts.get(id)
    answer.statusCode = found === undefined ? 404 : 200
    if (asked.method === 'DELETE') scope.artifacts.delete(id)
    if (found !== undefined && asked.method !== 'DELETE') {
      answer.setHeader('content-length', found.bytes.length)
    }
    answer.end(asked.method === 'GET' ? found?.bytes : undefined)
  }

  async #put(scope: WireScope, id: string, asked: IncomingMessage): Promise<number> {
    if (scope.artifacts.has(id) && asked.headers['if-none-match'] === '*') {
      asked.resume()
      return 412
    }
    scope.unfinished.add(id)
    if (this.#flaws.showsUnfinished) scope.store(id, new Uint8Array())
    try {
      const bytes = await buffer(asked)
      const isTaken = scope.artifacts.has(id) && asked.headers['if-none-match'] === '*'
      if (isTaken && !this.#flaws.showsUnfinished) return 412
      scope.store(id, bytes)
      return 201
    } finally {
      if (asked.complete || !this.#flaws.keepsUnfinished) scope.unfinished.delete(id)
    }
  }
}

function answerFact(scope: WireScope, { op, run, key, id }: FactQuestion): unknown {
  const bindings = scope.bindings(run)
  const bound = bindings.get(key)
  switch (op) {
    case 'get':
      return { bound }
    case 'bind':
      if (bound === undefined) bindings.set(key, id)
      return { artifactId: bound ?? id, inserted: bound === undefined }
    case 'unbind':
      return { removed: bound === id && bindings.delete(key) }
    case 'entries':
      return { entries: [...bindings] }
  }
}

function page(scope: WireScope, after: string): { ids: string[]; next: string | undefined } {
  const ids = [...scope.artifacts.keys()].filter((id) => id > after).sort()
  const some = ids.slice(0, PAGE)
  return { ids: some, next: some.length < ids.length ? some.at(-1) : undefined }
}

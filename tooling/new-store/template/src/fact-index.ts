import { failing, parseFactKey } from '@mfm/adapter-kit'
import type {
  ArtifactId,
  CallOptions,
  FactBinding,
  FactIndex,
  FactKey,
  RunId,
  StoreDescription,
} from '@mfm/core-types'
import { parseId } from '@mfm/errors'
import type { FactDriver, Signal } from './driver.ts'
import type { Lifetime } from './lifetime.ts'

export interface FactIndexParts {
  readonly description: StoreDescription
  readonly driver: FactDriver
  readonly lifetime: Lifetime
}

export class TemplateFactIndex implements FactIndex {
  readonly description: StoreDescription
  readonly #driver: FactDriver
  readonly #lifetime: Lifetime

  constructor({ description, driver, lifetime }: FactIndexParts) {
    this.description = description
    this.#driver = driver
    this.#lifetime = lifetime
  }

  async get(
    run: RunId,
    key: FactKey,
    { signal }: CallOptions = {},
  ): Promise<ArtifactId | undefined> {
    this.#lifetime.requireOpen(signal)
    const getting = this.#driver.get(parseId('run_id', run), parseFactKey(key), signal)
    return await this.#lifetime.during(getting)
  }

  async bindIfUnset(
    run: RunId,
    key: FactKey,
    id: ArtifactId,
    { signal }: CallOptions = {},
  ): Promise<FactBinding> {
    this.#lifetime.requireOpen(signal)
    const [runId, factKey] = [parseId('run_id', run), parseFactKey(key)]
    const binding = this.#driver.bind(runId, factKey, parseId('artifact_id', id), signal)
    return await this.#lifetime.during(binding)
  }

  async unbindIfMatches(
    run: RunId,
    key: FactKey,
    id: ArtifactId,
    { signal }: CallOptions = {},
  ): Promise<boolean> {
    this.#lifetime.requireOpen(signal)
    const [runId, factKey] = [parseId('run_id', run), parseFactKey(key)]
    const unbinding = this.#driver.unbind(runId, factKey, parseId('artifact_id', id), signal)
    return await this.#lifetime.during(unbinding)
  }

  entries(
    run: RunId,
    { signal }: CallOptions = {},
  ): AsyncGenerator<readonly [FactKey, ArtifactId], void> {
    try {
      this.#lifetime.requireOpen(signal)
      return this.#entries(parseId('run_id', run), signal)
    } catch (error) {
      return failing(error)
    }
  }

  async *#entries(
    run: RunId,
    signal: Signal,
  ): AsyncGenerator<readonly [FactKey, ArtifactId], void> {
    for await (const entry of this.#lifetime.whileOpen(this.#driver.entries(run, signal))) {
      this.#lifetime.requireOpen(signal)
      yield entry
    }
  }

  close(): Promise<void> {
    return this.#lifetime.close()
  }
}

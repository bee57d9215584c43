import { sendJson, TestRegistry } from './registry.fixture.ts'

const COUNT = 24
/** The packages from here on are answered when the gate is opened. */
const FIRST_HELD = 12
/** Questions that the audit has under way at once. */
const CONCURRENCY = 8

const nameOf = (index: number): string => `package-${String(index).padStart(2, '0')}`
const NAMES: readonly string[] = Array.from({ length: COUNT }, (_, index) => nameOf(index))

/** A project with many dependencies, each pinned: one question for each. */
export const MANY_PACKAGES = {
  'package.json': { dependencies: Object.fromEntries(NAMES.map((name) => [name, '1.0.0'])) },
}

/** A registry that knows half of them at once, and the other half when it is let. */
export class HaltingRegistry implements AsyncDisposable {
  readonly #registry: TestRegistry
  readonly #gate = Promise.withResolvers<void>()
  readonly #halfway = Promise.withResolvers<void>()
  #held = 0

  private constructor(registry: TestRegistry) {
    this.#registry = registry
    for (const [index, name] of NAMES.entries()) {
      const versions = { '1.0.0': { license: 'MIT' }, '1.2.0': { license: 'ISC' } }
      registry.publish(name, versions, async (response, body) => {
        if (index >= FIRST_HELD) await this.#hold()
        sendJson(response, body)
      })
    }
  }

  static async open(): Promise<HaltingRegistry> {
    return new HaltingRegistry(await TestRegistry.open())
  }

  get address(): string {
    return this.#registry.address
  }

  /** Resolves when every answer that was given is recorded, and all questions under way wait. */
  get halfway(): Promise<void> {
    return this.#halfway.promise
  }

  /** Answers all that waits, and whatever comes. */
  goOn(): void {
    this.#gate.resolve()
  }

  /** How often each of the packages that are answered at once was asked for. */
  get timesAnswered(): readonly number[] {
    const { requests } = this.#registry
    return NAMES.slice(0, FIRST_HELD).map(
      (name) => requests.filter((request) => request === `/${name}`).length,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.goOn()
    await this.#registry[Symbol.asyncDispose]()
  }

  async #hold(): Promise<void> {
    this.#held += 1
    if (this.#held === CONCURRENCY) this.#halfway.resolve()
    await this.#gate.promise
  }
}

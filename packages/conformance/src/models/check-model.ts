import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { CaseContext, StoresOf, Subject } from '../case.ts'
import { at } from '../cases/support/expecting.ts'
import { openHandles } from '../cases/support/handles.ts'
import { someInteger } from '../cases/support/samples.ts'
import type { Step, World } from './world.ts'
import { newWorld } from './world.ts'

const HANDLES = 2

export interface ModelCheck<S extends Subject> {
  readonly steps: readonly fc.Arbitrary<Step<StoresOf<S>>>[]
  /** Looks at everything, through each handle, when a sequence has ended. */
  look(world: World, stores: StoresOf<S>): Promise<void>
  /** How many sequences, each of up to `longest` steps. */
  readonly sequences: number
  readonly longest: number
}

/** Handles that a step may close and open again. */
type Handles<S extends Subject> = StoresOf<S>[]

class StepCommand<S extends Subject> implements fc.AsyncCommand<World, Handles<S>> {
  readonly #step: Step<StoresOf<S>>
  readonly #handle: number

  constructor(step: Step<StoresOf<S>>, handle: number) {
    this.#step = step
    this.#handle = handle
  }

  check(): boolean {
    return true
  }

  async run(world: World, handles: Handles<S>): Promise<void> {
    await this.#step.take(world, at(handles, this.#handle))
  }

  toString(): string {
    return `handle ${this.#handle}: ${this.#step.text}`
  }
}

class ReopenCommand<S extends Subject> implements fc.AsyncCommand<World, Handles<S>> {
  readonly #context: CaseContext<S>
  readonly #handle: number

  constructor(context: CaseContext<S>, handle: number) {
    this.#context = context
    this.#handle = handle
  }

  check(): boolean {
    return true
  }

  async run(_world: World, handles: Handles<S>): Promise<void> {
    await at(handles, this.#handle).close()
    handles[this.#handle] = await this.#context.open()
  }

  toString(): string {
    return `handle ${this.#handle}: close and open`
  }
}

/**
 * Takes random sequences of steps to the model and to two handles of the store, which are closed and opened again at
 * odd moments. A sequence that they answer differently is made as short as it can be.
 *
 * @throws AssertionError with the shortest sequence, and with the seed and path of fast-check
 */
export async function checkModel<S extends Subject>(
  context: CaseContext<S>,
  { steps, look, sequences, longest }: ModelCheck<S>,
): Promise<void> {
  const handles: Handles<S> = [...(await openHandles(context, HANDLES))]
  const someHandle = fc.nat({ max: HANDLES - 1 })
  const commands: fc.Arbitrary<fc.AsyncCommand<World, Handles<S>>>[] = [
    ...steps.map((some) =>
      fc.tuple(some, someHandle).map(([step, handle]) => new StepCommand<S>(step, handle)),
    ),
    ...(context.harness.isShared
      ? [someHandle.map((handle) => new ReopenCommand(context, handle))]
      : []),
  ]
  const property = fc.asyncProperty(
    fc.commands(commands, { maxCommands: longest, size: 'max' }),
    async (all) => {
      context.signal.throwIfAborted()
      const world = newWorld(context)
      await fc.asyncModelRun(() => ({ model: world, real: handles }), all)
      for (const stores of handles) await look(world, stores)
    },
  )
  const seed = someInteger(context, 0, 2 ** 31 - 1)
  const details = await fc.check(property, { seed, numRuns: context.rounds(sequences) })
  if (!details.failed) return
  const cause = details.errorInstance
  throw new assert.AssertionError({
    message:
      `the store and its model part ways: ${String(cause)}\n` +
      `after ${String(details.counterexample?.[0])}\n` +
      `which is sequence ${details.numRuns}, shortened ${details.numShrinks} times; ` +
      `fast-check seed ${details.seed}, path ${details.counterexamplePath}`,
  })
}

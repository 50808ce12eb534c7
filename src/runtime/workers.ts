import type { EdgeId, Random, Sim } from '../contract/index.ts'
import type { FlatTree } from '../kernel/index.ts'
import type { Engine } from './engine.ts'
import { EffectError } from './errors.ts'
import type { Party } from './request.ts'

/** Thrown through a simulation that finds nothing to hold; it begins again after the next change. */
const nothingToHold = Symbol('everything open is under way')

/** Simulations in a row that neither asked for anything nor grew the tree, after which an endless search has converged. */
const converged = 1000
/** After so many simulations without an effect the outside is let in. */
const breath = 64

/** Simulations over one tree with no barrier. */
export class Workers {
  readonly #engine: Engine
  readonly #party: Party
  readonly #tree: FlatTree
  readonly #random: (index: number) => Random
  /** Ends a pool whose simulations will never return. */
  readonly #pools = new Set<() => void>()
  #started = 0

  constructor(engine: Engine, party: Party, tree: FlatTree, random: (index: number) => Random) {
    this.#engine = engine
    this.#party = party
    this.#tree = tree
    this.#random = random
  }
  /** The search was told to stop and nothing is under way: pools return, though some of their simulations never will. true: there were any. */
  release(): boolean {
    const pools = [...this.#pools]
    this.#pools.clear()
    for (const end of pools) end()
    return pools.length > 0
  }
  async run(simulation: (sim: Sim) => Promise<void>, o: { times?: number; slots?: number }): Promise<void> {
    const times = o.times ?? Infinity
    const slots = Math.max(1, Math.min(o.slots ?? this.#engine.o.slots, times))
    const pool = { left: times, idle: 0, error: undefined as unknown, failed: false, over: false }
    const loops = Array.from({ length: slots }, () => this.#loop(simulation, pool))
    await new Promise<void>((resolve, reject) => {
      const end = (): void => {
        pool.over = true
        resolve()
      }
      this.#pools.add(end)
      // The first error stops the others at their next turn, and is thrown when all have ended: no orphans.
      Promise.all(loops).then(() => {
        this.#pools.delete(end)
        pool.failed ? reject(pool.error) : resolve()
      })
    })
  }
  async #loop(
    simulation: (sim: Sim) => Promise<void>,
    pool: { left: number; idle: number; error: unknown; failed: boolean; over: boolean },
  ): Promise<void> {
    const t = this.#tree
    while (pool.left > 0 && !pool.failed && !pool.over && !this.#party.halted) {
      pool.left--
      const index = this.#started++
      for (;;) {
        let held: EdgeId | null = null
        let count: number | ((depth: number, leaf: number) => number) = 1
        const release = (): void => {
          if (held !== null) t.hold(held, -1, count)
          held = null
        }
        const sim: Sim = {
          index,
          random: this.#random(index),
          hold: (e, how) => {
            if (e === null || e === undefined) throw nothingToHold
            release()
            held = e
            count = how ?? 1
            t.hold(e, 1, count)
            return e
          },
        }
        const asked = this.#engine.issued
        const size = t.size
        try {
          await simulation(sim)
        } catch (e) {
          // Its branch was pruned while it was at work there: that simulation is over, and no fault.
          if (e instanceof EffectError && e.status === 'cancelled') break
          if (e !== nothingToHold) {
            pool.failed = true
            pool.error ??= e
            return
          }
          release()
          if (!(await this.#engine.parties.change(this.#party)) || pool.over || pool.failed || this.#party.halted) return
          continue
        } finally {
          release()
        }
        if (this.#engine.issued === asked && t.size === size) {
          if (++pool.idle >= converged && pool.left === Infinity) {
            pool.over = true
            return
          }
        } else pool.idle = 0
        // Others may wait for what this simulation changed without an effect.
        if (this.#party.waiters.length > 0) this.#engine.parties.changed(this.#party)
        if (this.#engine.issued === asked && index % breath === breath - 1) await this.#engine.parties.tick(this.#party)
        break
      }
    }
  }
}

// Live worlds: there is one place at a time per session, and the search jumps about in the tree. This moves sessions to where a step is to be taken.
import type { Io, LiveWorld } from '../contract/index.ts'

interface Session<X> {
  x: X
  at: string // address of the node it stands at
  busy: boolean
}
/** A node on the way to a place: its address, and the action that led to it. */
export interface Way<S, A> {
  key: string
  state: S
  action: A
  ref?: string // a snapshot taken there
}

/** Raised inside a step when the place cannot be reached again as it was. */
export class Drift extends Error {
  override name = 'Drift'
}

/** The sessions of one search in a live world. */
export class Sessions<S, A, T, X> {
  readonly #world: LiveWorld<S, A, any, T, X>
  readonly #task: T
  readonly #all: Session<X>[] = []
  constructor(world: LiveWorld<S, A, any, T, X>, task: T) {
    this.#world = world
    this.#task = task
  }
  /** World steps it would cost to stand at the end of a way. */
  reach(way: readonly Way<S, A>[]): number {
    const end = way[way.length - 1]
    if (this.#all.some(s => s.at === end.key)) return 0
    if (this.#world.back === 'none') return this.#all.length === 0 && way.length === 1 ? 0 : Infinity
    if (this.#world.back === 'snapshot' && end.ref !== undefined) return 0
    return way.length - 1
  }
  /**
   * Runs `body` with a session that stands at the end of the way (root first). Rehearsed with `same` where the world has it; a place that is not
   * there any more is a Drift. Gives the steps it took to get there.
   */
  async at<R>(
    way: readonly Way<S, A>[],
    io: Io,
    body: (x: X, stand: (key: string) => void) => Promise<R>,
  ): Promise<{ value: R; steps: number }> {
    const { back, same } = this.#world
    const end = way[way.length - 1]
    let steps = 0
    let session = this.#all.find(s => !s.busy && s.at === end.key)
    if (session === undefined) {
      if (back === 'none' && (this.#all.length > 0 || way.length > 1)) throw new Drift('there is no way back in this world')
      const idle = back === 'snapshot' ? this.#all.find(s => !s.busy) : undefined
      if (idle !== undefined && end.ref !== undefined && this.#world.restore !== undefined) {
        session = idle
        session.busy = true
        await this.#world.restore(session.x, end.ref)
      } else {
        session = { x: await this.#world.open(this.#task, io), at: way[0].key, busy: true }
        this.#all.push(session)
        if (back === 'snapshot' && end.ref !== undefined && this.#world.restore !== undefined && way.length > 1)
          await this.#world.restore(session.x, end.ref)
        else {
          for (let i = 1; i < way.length; i++) {
            await this.#world.step(session.x, way[i - 1].state, way[i].action, io)
            steps++
            session.at = way[i].key
            if (same !== undefined && !(await same.call(this.#world, session.x, way[i].state))) {
              this.#drop(session)
              throw new Drift(`the world is not where the tree says, after step ${i} of ${way.length - 1}`)
            }
          }
        }
      }
      session.at = end.key
    }
    session.busy = true
    if (same !== undefined && !(await same.call(this.#world, session.x, end.state))) {
      this.#drop(session)
      throw new Drift('the world is not where the tree says')
    }
    const held = session
    try {
      const value = await body(held.x, key => {
        held.at = key
      })
      return { value, steps }
    } catch (e) {
      this.#drop(held) // half a step may have happened
      throw e
    } finally {
      held.busy = false
    }
  }
  #drop(s: Session<X>): void {
    const i = this.#all.indexOf(s)
    if (i >= 0) this.#all.splice(i, 1)
  }
}

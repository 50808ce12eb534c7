import type { EdgeId, Io, Limits, LiveWorld, NodeId, Usage, World } from '../contract/index.ts'
import { canonical, Failure, maximum } from '../kernel/index.ts'
import { brief } from './brief.ts'
import { EffectError } from './errors.ts'
import type { Home } from './home.ts'
import { BoundIo, type Host } from './io.ts'
import type { Handling, Job } from './request.ts'
import { Drift, Sessions, type Way } from './sessions.ts'

/** Taking edges, in worlds of each kind: pure ones are computed, asking ones ask, live ones are moved to the place and acted on. */
export class Steps<S, A, Ans, T> {
  readonly #home: Home<S, A, Ans>
  readonly #world: World<S, A, Ans, T>
  readonly #sessions: Sessions<S, A, T, any> | null
  /** Edges being taken now: taken once, whoever asks. What the budget did not cover while the search ran is taken anew from what was held back. */
  readonly #stepping = new Map<EdgeId, { taking: Promise<NodeId | null>; final: boolean }>()
  readonly #crossed = new Map<EdgeId, readonly NodeId[]>()
  readonly #refs = new Map<NodeId, string>()

  constructor(home: Home<S, A, Ans>, world: World<S, A, Ans, T>, task: T) {
    this.#home = home
    this.#world = world
    this.#sessions = world.kind === 'live' ? new Sessions(world as LiveWorld<S, A, Ans, T, any>, task) : null
  }
  /** The edge was made from several parents: its node will know them. */
  cross(e: EdgeId, parents: readonly NodeId[]): void {
    if (!this.#crossed.has(e)) this.#crossed.set(e, parents)
  }
  /** The node an edge leads to; null where it cannot be reached, or its step failed. */
  take(e: EdgeId): NodeId | null | Promise<NodeId | null> {
    const t = this.#home.tree
    if (t.is(e, 'gone')) return null
    if (t.taken(e)) return e
    const under = this.#stepping.get(e)
    const { final } = this.#home.party
    if (under?.final === final) return under.taking
    const world = this.#world
    const parent = t.parent(e)!
    if (world.kind === 'pure' && t.taken(parent) && this.#home.budget.fits(oneStepAmount) === 'fits') return this.#pure(e, parent)
    const taking = this.#slow(e, parent).finally(() => {
      if (this.#stepping.get(e)?.taking === taking) this.#stepping.delete(e)
    })
    this.#stepping.set(e, { taking, final })
    return taking
  }
  async #slow(e: EdgeId, parent: EdgeId): Promise<NodeId | null> {
    const p = await this.take(parent)
    if (p === null) return null
    await this.#home.shared.engine.effect(this.#home.party, () => ({ max: oneStep }))
    if (this.#home.tree.taken(e)) return e
    const world = this.#world
    if (world.kind === 'pure') return this.#pure(e, p)
    return world.kind === 'io' ? this.#asked(e, p) : this.#lived(e, p)
  }
  /** The node of an edge that was taken outside, in a pure world: charged, whatever the budget says, for it has happened. */
  observe(e: EdgeId): NodeId {
    const t = this.#home.tree
    return t.taken(e) ? e : this.#pure(e, t.parent(e) as NodeId)
  }
  #pure(e: EdgeId, p: NodeId): NodeId {
    const t = this.#home.tree
    const world = this.#world as Extract<World<S, A, Ans, T>, { kind: 'pure' }>
    let state: S
    try {
      state = world.step(t.state(p), t.action(e))
    } catch (error) {
      throw new Failure(
        'world',
        `world ${world.id}: step failed on ${brief(t.action(e))}: ${(error as Error).message}`,
        'its `valid` should refuse such an action',
        { cause: error },
      )
    }
    return this.#arrive(e, p, state)
  }
  async #asked(e: EdgeId, p: NodeId): Promise<NodeId | null> {
    const t = this.#home.tree
    const world = this.#world as Extract<World<S, A, Ans, T>, { kind: 'io' }>
    try {
      const state = await world.step(t.state(p), t.action(e), this.#home.at(e))
      return this.#arrive(e, p, state, canonical(state))
    } catch (error) {
      return this.#stepFailed(e, error)
    }
  }
  #stepFailed(e: EdgeId, error: unknown): null {
    if (!(error instanceof EffectError)) throw error
    this.#home.tree.assess(e, { value: Number.NaN, failed: true, feedback: error.message })
    this.#home.flag(e, 'failed')
    return null
  }
  #way(n: NodeId): Way<S, A>[] {
    const t = this.#home.tree
    return t.path(n).map(m => ({ key: t.key(m), state: t.state(m), action: t.action(m), ref: this.#refs.get(m) }))
  }
  async #lived(e: EdgeId, p: NodeId): Promise<NodeId | null> {
    const t = this.#home.tree
    const world = this.#world as LiveWorld<S, A, Ans, T, any>
    const way = this.#way(p)
    const key = t.key(e)
    const action = t.action(e)
    try {
      const r = await this.#home.effect<{ state?: S; ref?: string; drift?: string }>(e, () => ({
        kind: 'step',
        what: world.id,
        request: canonical(action),
        count: 1,
        max: {},
        cacheable: false,
        run: async live => {
          const spent: { calls: number; toolCalls: number; steps: number } = { calls: 0, toolCalls: 0, steps: 0 }
          const io = this.#inline(e, live, u => {
            spent.calls += u.calls ?? 0
            spent.toolCalls += u.toolCalls ?? 0
          })
          try {
            const { value, steps } = await this.#sessions!.at(way, io, async (x, stand) => {
              const state = await world.step(x, t.state(p), action, io)
              stand(key)
              return { state, ref: await world.save?.(x) }
            })
            return { value, usage: { ...spent, steps } }
          } catch (error) {
            if (error instanceof Drift) return { value: { drift: error.message }, usage: spent }
            throw Object.assign(error as object, { usage: spent })
          }
        },
      }))
      if (r.drift !== undefined) {
        t.assess(e, { value: Number.NaN, failed: true, feedback: r.drift })
        this.#home.flag(e, 'gone')
        return null
      }
      if (r.ref !== undefined) this.#refs.set(e as NodeId, r.ref)
      return this.#arrive(e, p, r.state as S, canonical(r.state))
    } catch (error) {
      return this.#stepFailed(e, error)
    }
  }
  /** An Io for the inside of an effect that is recorded whole: what it asks for is done at once and charged to that effect. */
  #inline(e: EdgeId, live: Handling, spend: (u: Partial<Usage>) => void): Io {
    const host: Host = {
      budget: this.#home.budget,
      signal: live.signal,
      seed: this.#home.seed,
      models: this.#home.models,
      sampling: this.#home.sampling,
      people: this.#home.people,
      now: () => this.#home.now(),
      gate: p => this.#home.gate(p),
      address: x => this.#home.address(x),
      place: x => this.#home.place(x),
      subAt: () =>
        Promise.reject(
          new Failure(
            'world',
            `world ${this.#world.id}: a live step cannot start a search`,
            'a step of a live world is recorded whole; search in an io world',
          ),
        ),
      effect: async <R>(
        _: EdgeId,
        build: (fits: (max: Limits) => boolean) => Omit<Job, 'at' | 'stamp' | 'tree' | 'node'> | null,
      ): Promise<R> => {
        const job = build(max => this.#home.budget.fits(maximum(max)) === 'fits')
        if (job === null || this.#home.budget.fits(maximum(job.max)) !== 'fits')
          throw new EffectError('error', { reason: 'budget', message: 'the budget does not cover a call inside this step' })
        const r = await job.run(live)
        spend(r.usage)
        return JSON.parse(JSON.stringify(r.value) ?? 'null') as R
      },
    }
    return new BoundIo(host, e) as unknown as Io
  }
  #arrive(e: EdgeId, p: NodeId, state: S, observation?: string): NodeId {
    const t = this.#home.tree
    const n = t.take(e, state, observation)
    const parents = this.#crossed.get(e)
    if (parents !== undefined) t.adopt(n, parents)
    this.#home.budget.charge(oneStep)
    const effect = this.#world.effect?.(t.action(e), t.state(p), state)
    if (effect === 'end') t.end(n)
    if (effect === 'destructive') this.#home.flag(n, 'destructive')
    this.#home.shared.emit?.(
      'tree.node',
      { node: n, parent: p, depth: t.depth(n), state: brief(state), end: t.is(n, 'end') },
      this.#home.scope + t.key(n),
    )
    return n
  }
  /** World steps it would cost to stand there. */
  reach(e: EdgeId): number {
    const t = this.#home.tree
    if (t.is(e, 'gone')) return Infinity
    if (this.#sessions === null) return 0
    let n: EdgeId = e
    while (!t.taken(n)) n = t.parent(n)!
    return this.#sessions.reach(this.#way(n as NodeId))
  }
  /** Acts for real. false: the place is not there any more. */
  async commit(n: NodeId): Promise<boolean> {
    const t = this.#home.tree
    if (t.is(n, 'gone')) return false
    if (this.#sessions !== null) {
      const way = this.#way(n)
      const there = await this.#home.effect<{ ok: boolean }>(n, () => ({
        kind: 'commit',
        what: this.#world.id,
        request: t.key(n),
        count: 1,
        max: {},
        cacheable: false,
        run: async live => {
          try {
            const { steps } = await this.#sessions!.at(
              way,
              this.#inline(n, live, () => {}),
              async () => true,
            )
            return { value: { ok: true }, usage: { steps } }
          } catch (error) {
            if (error instanceof Drift) return { value: { ok: false }, usage: {} }
            throw error
          }
        },
      }))
      if (!there.ok) {
        this.#home.flag(n, 'gone')
        return false
      }
    }
    t.reroot(n)
    return true
  }
}

const oneStep = { steps: 1, nodes: 1 } as const
const oneStepAmount = maximum(oneStep)

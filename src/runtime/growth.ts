import type { Draw, EdgeId, NodeId, Policy, Propose, Sampling, World } from '../contract/index.ts'
import { canonical, mix } from '../kernel/index.ts'
import { brief } from './brief.ts'
import type { Home } from './home.ts'
import type { Steps } from './steps.ts'

/** Draws of one proposal lie this far apart in rank from those of the next. */
const proposalSpan = 2 ** 20

/** How a search's tree grows: actions are proposed, what is no action of the world is refused, the others become edges, and edges are taken. */
export class Growth<S, A, Ans, T> {
  readonly #home: Home<S, A, Ans>
  readonly #world: World<S, A, Ans, T>
  readonly #policy: Policy<S, A, void>
  readonly #steps: Steps<S, A, Ans, T>
  /** Edges whose prior a policy gave. */
  readonly #given = new Set<EdgeId>()
  /** Proposals made at each edge: ordinals for the ranks of what they draw. */
  readonly #proposals: number[] = []
  readonly #repairs = new Map<EdgeId, number>()

  constructor(home: Home<S, A, Ans>, world: World<S, A, Ans, T>, policy: Policy<S, A, void>, steps: Steps<S, A, Ans, T>) {
    this.#home = home
    this.#world = world
    this.#policy = policy
    this.#steps = steps
  }
  async propose<X>(from: NodeId | readonly NodeId[], o: Propose<S, A, X> = {}): Promise<EdgeId[]> {
    const t = this.#home.tree
    const all = typeof from === 'number' ? [from] : from
    const at = all[0]
    if (at === undefined) return []
    const how = o.how ?? 'iid'
    const n = o.n ?? (how === 'all' || how === 'distinct' ? Infinity : 1)
    if (n < 1) return []
    const by = (o.by ?? this.#policy) as Policy<S, A, X>
    const ordinal = this.#ordinal(at)
    const io = this.#home.at(at)
    const state = t.state(at)
    const sampling: Sampling = o.sampling === undefined ? this.#home.sampling : { ...this.#home.sampling, ...o.sampling }
    const tries = how === 'all' ? 1 : Math.max(1, o.tries ?? 1)
    const good: Draw<A>[] = []
    let hint = o.hint
    let refused = 0 // paid for, and no part of the tree
    for (let i = 0; i < tries && good.length < n; i++) {
      const contexts = all.length === 1 ? [this.#home.place(at, hint)] : all.map(m => this.#home.place(m, hint))
      const proposed = await by.propose(contexts, { n: n - good.length, how, input: o.input as X, sampling }, io)
      const why: string[] = []
      for (const r of proposed.rejected ?? []) why.push(r.why)
      refused += why.length
      for (const d of proposed.draws) {
        const legal = this.#world.valid?.(d.action, state) ?? true
        const ok = legal === true ? (o.accept?.(d, contexts[0]) ?? true) : legal
        if (ok === true) good.push(d)
        else {
          why.push(ok)
          refused++
        }
      }
      if (why.length === 0 || (!Number.isFinite(n) && good.length > 0)) break
      hint = [o.hint, `Not accepted: ${[...new Set(why)].slice(0, 4).join('; ')}. Propose something else.`].filter(Boolean).join('\n\n')
    }
    if (how === 'iid' || how === 'sequential' ? refused > 0 : good.length === 0 && refused > 0)
      this.#home.shared.engine.entered -= how === 'iid' || how === 'sequential' ? refused : 1
    const same =
      o.same === undefined
        ? null
        : await o.same(
            good.map(d => d.action),
            io,
          )
    const leader = same === null ? null : new Map<number, EdgeId>()
    const repair = o.instead === undefined ? 0 : this.#repair(o.instead)
    const out: EdgeId[] = []
    for (let i = 0; i < good.length; i++) {
      const draw = good[i]
      const known = leader?.get(same![i])
      const e = known ?? this.#edge(at, draw.action, ordinal * proposalSpan + i, repair, o.aside === true)
      if (known === undefined) leader?.set(same![i], e)
      t.merge(e, 1, draw)
      if (draw.prior !== undefined) {
        t.P[e] = this.#given.has(e) ? Math.max(t.P[e], draw.prior) : draw.prior
        this.#given.add(e)
      }
      if (draw.forecast !== undefined) t.F[e] = draw.forecast
      if (all.length > 1) this.#steps.cross(e, all)
      out.push(e)
    }
    this.#share(at)
    if (o.instead !== undefined && out.length > 0) this.#home.flag(o.instead, 'replaced')
    return out
  }
  #ordinal(e: EdgeId): number {
    const all = this.#proposals
    while (all.length <= e) all.push(0)
    return all[e]++
  }
  #repair(n: NodeId): number {
    const ordinal = (this.#repairs.get(n) ?? 0) + 1
    this.#repairs.set(n, ordinal)
    // Told apart by what is repaired, too: two repaired siblings may be mended alike.
    return mix(ordinal, mix(this.#home.tree.hi[n], this.#home.tree.lo[n])) | 1
  }
  #edge(parent: EdgeId, action: A, rank: number, repair: number, aside: boolean): EdgeId {
    const t = this.#home.tree
    const size = t.size
    let p = parent
    while (!t.taken(p)) p = t.parent(p)!
    const key = this.#world.actionKey?.(action, t.state(p)) ?? canonical(action)
    const e = t.edge(parent, action, key, { rank, repair })
    if (t.size > size) {
      if (this.#home.scope === '') this.#home.shared.ledger?.begin(e, this.#home.shared.engine.now, this.#home.shared.engine.delivered)
      if (aside) t.flag(e, 'aside')
      this.#home.shared.emit?.('tree.edge', { edge: e, parent, action: brief(action), aside }, this.#home.scope + t.key(e))
    } else if (!aside && t.is(e, 'aside')) this.#home.flag(e, 'aside', false) // drawn for the search now: what was looked at ahead counts
    return e
  }
  /** Priors that no policy gave are shares of the draws. */
  #share(parent: EdgeId): void {
    const t = this.#home.tree
    const given = this.#given
    let all = 0
    for (let e = t.firstChild[parent] as EdgeId; e >= 0; e = t.nextSibling[e] as EdgeId) all += t.M[e]
    for (let e = t.firstChild[parent] as EdgeId; e >= 0; e = t.nextSibling[e] as EdgeId)
      if (given.size === 0 || !given.has(e)) t.P[e] = t.M[e] / all
  }
  insert(parent: EdgeId, action: A, o: { count?: number; aside?: boolean } = {}): EdgeId {
    const ordinal = this.#ordinal(parent)
    const e = this.#edge(parent, action, ordinal * proposalSpan, 0, o.aside === true)
    this.#home.tree.merge(e, o.count ?? 1)
    this.#share(parent)
    return e
  }
  async expand<X>(from: NodeId | readonly NodeId[], o?: Propose<S, A, X>): Promise<NodeId[]> {
    const edges = await this.propose(from, o)
    return this.step(edges.length > 1 ? [...new Set(edges)] : edges)
  }
  async step(edges: readonly EdgeId[]): Promise<NodeId[]> {
    const out = await Promise.all(edges.map(e => this.#steps.take(e)))
    return out.filter(n => n !== null)
  }
}

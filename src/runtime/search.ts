import type {
  ActionValue,
  Answer,
  Ask,
  Assessment,
  Bound,
  Column,
  Context,
  Draw,
  EdgeId,
  Effect,
  Frame,
  Io,
  LanguageModel,
  Limits,
  Method,
  NodeId,
  Note,
  Outcome,
  Policy,
  Propose,
  Provider,
  Random,
  Ranker,
  Result,
  Reward,
  Sampling,
  Search,
  Sim,
  Value,
  World,
  WorldBase,
} from '../contract/index.ts'
import { AddressedRandom, canonical, Failure, FlatTree, hashText, isGame, maximum, mix, seenFromRoot, usage } from '../kernel/index.ts'
import { brief } from './brief.ts'
import { Place } from './context.ts'
import type { Engine } from './engine.ts'
import type { EventData, EventKind } from './events.ts'
import type { Gate } from './gate.ts'
import { inside } from './guard.ts'
import { BoundIo, type Host, type Plain } from './io.ts'
import type { Change, Turn } from './journal.ts'
import type { Ledger } from './ledger.ts'
import type { Scope } from './meter.ts'
import { modelPolicy } from './policy.ts'
import { type Job, Party, type Tap } from './request.ts'
import { Steps } from './steps.ts'
import { Workers } from './workers.ts'

/** What all searches of one run share. */
export interface Shared {
  engine: Engine
  strict: boolean
  gate(p: Provider): Gate
  people?: Host['people']
  /** Of the rows of the outermost search. */
  ledger?: Ledger
  tap?: Tap
  /** Undefined while nobody listens. */
  readonly emit?: ((kind: EventKind, data: EventData[EventKind], address?: string) => void) | undefined
}
export type Ended = Result<any, any, any>['ended']

/** Searches within searches. */
const mostNested = 200
/** Draws of one proposal lie this far apart in rank from those of the next. */
const proposalSpan = 2 ** 20

/** A running search: what a method holds. */
export class RunningSearch<S, A, Ans, T> implements Plain<Search<S, A, Ans>>, Host {
  readonly tree: FlatTree<S, A, Ans>
  readonly world: Omit<WorldBase<S, A, Ans, never>, 'start'>
  readonly shared: Shared
  readonly frame: Frame<S, A, Ans, T>
  readonly bound: Bound<S, A, Ans>
  readonly party: Party
  readonly budget: Scope
  models: Record<string, Provider>
  /** How models are asked, where a request does not say. */
  sampling: Sampling
  readonly scope: string
  readonly #world: World<S, A, Ans, T>
  readonly #policy: Policy<S, A, void>
  readonly #dialect: string
  readonly #abort = new AbortController()
  readonly #given = new Set<EdgeId>()
  /** Proposals made at each edge: ordinals for the ranks of what they draw. */
  readonly #proposals: number[] = []
  readonly #repairs = new Map<EdgeId, number>()
  readonly #subs = new Map<string, number>()
  readonly #steps: Steps<S, A, Ans, T>
  readonly #workers: Workers
  readonly #lastly: (() => Promise<void>)[] = []
  readonly people?: Host['people']
  #phase: 'run' | 'lastly' | 'over' = 'run'
  #ended: Ended = 'done'
  #strays = 0
  #turn = 0
  #resolve!: (why: Ended) => void
  #reject!: (e: unknown) => void
  #finished!: Promise<Ended>

  constructor(
    shared: Shared,
    frame: Frame<S, A, Ans, T>,
    task: T,
    budget: Scope,
    o: { outer?: Party; scope?: string; models?: Record<string, Provider>; sampling?: Sampling; root?: { hi: number; lo: number } } = {},
  ) {
    const { world } = frame
    this.shared = shared
    this.frame = frame
    this.#world = world
    this.world = world as unknown as Omit<WorldBase<S, A, Ans, never>, 'start'>
    this.budget = budget
    this.people = shared.people
    this.scope = o.scope ?? ''
    this.party = new Party(budget, o.outer)
    this.party.quiet = () => this.#quiet()
    this.models = { ...o.models, ...asRoles(frame.model) }
    this.sampling = { ...o.sampling, ...frame.sampling }
    this.#dialect = this.models.policy?.dialect ?? 'text'
    this.#policy = frame.policy ?? modelPolicy<S, A>(world as WorldBase<S, A, any, any>)
    this.bound = frame.method.with({ knobs: frame.knobs, preset: frame.preset, parts: frame.parts })
    this.tree = new FlatTree<S, A, Ans>(world.start(task), {
      outcome: s => world.outcome(s),
      key: world.key && (s => world.key!(s)),
      player: world.player && (s => world.player!(s)),
    })
    this.#steps = new Steps<S, A, Ans, T>(this, world, task)
    const scopeHash = hashText(this.scope)
    this.#workers = new Workers(shared.engine, this.party, this.tree, i => new AddressedRandom(this.seed, scopeHash, i, 'simulation'))
    this.#renew()
  }
  #renew(): void {
    this.#finished = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.#finished.catch(() => {})
  }

  // ---------------------------------------------------------------------------------------------------------------- Host
  now(): number {
    return this.shared.engine.now
  }
  get seed(): number {
    return this.shared.engine.seed
  }
  gate(p: Provider): Gate {
    return this.shared.gate(p)
  }
  address(e: EdgeId): { hi: number; lo: number; scope: string } {
    return { hi: this.tree.hi[e], lo: this.tree.lo[e], scope: this.scope }
  }
  place(e: EdgeId, hint?: string): Context<S, A> {
    return new Place(this.tree, e, this.#world as WorldBase<S, A, any, any>, this.#dialect, hint)
  }
  effect<R>(
    e: EdgeId,
    build: (fits: (max: Limits) => boolean) => Omit<Job, 'at' | 'stamp' | 'tree' | 'node'> | null,
    optional = false,
  ): Promise<R> {
    const { party, tree } = this
    const at = this.scope + tree.key(e)
    return this.shared.engine.effect<R>(
      party,
      () => {
        const asked = build(this.#covers)
        if (asked === null) return null
        const { kind, what, request, count, max, cacheable, run } = asked
        return { max, job: { at, kind, what, request, count, max, stamp: tree.stampAt(e), tree, node: e, cacheable, run } }
      },
      optional,
    )
  }
  readonly #covers = (max: Limits): boolean => this.party.budget.fits(maximum(max), this.party.final) !== 'never'

  // ------------------------------------------------------------------------------------------------------------------ Io
  get signal(): AbortSignal {
    return this.#abort.signal
  }
  at(e: EdgeId): Io {
    return new BoundIo(this as unknown as Host, e) as unknown as Io
  }
  get #here(): Io {
    return this.at(this.tree.root)
  }
  random(...key: readonly (string | number)[]): Random {
    return this.at(0 as EdgeId).random(...key)
  }
  model(role?: string): LanguageModel {
    return this.#here.model(role)
  }
  ask<I, O>(a: Ask<I, O>, ...input: I extends void ? [] : [input: I]): Promise<O> {
    return (this.#here.ask as (a: Ask<I, O>, input?: I) => Promise<O>).call(this.#here, a, input[0])
  }
  asks<I, O>(a: Ask<I, O>, input: I, n: number): Promise<O[]> {
    return this.#here.asks(a, input, n)
  }
  call<I, O>(e: Effect<I, O>, input: I): Promise<O> {
    return this.#here.call(e, input)
  }
  sub<S2, A2, Ans2, T2>(frame: Frame<S2, A2, Ans2, T2>, task: T2): Promise<Result<S2, A2, Ans2>> {
    return this.subAt(this.tree.root, frame, task)
  }
  async subAt(e: EdgeId, frame: Frame<any, any, any, any>, task: unknown): Promise<Result<any, any, any>> {
    const { engine, emit } = this.shared
    const at = `${this.scope}${this.tree.key(e)}/${frame.method.id}`
    let depth = 0
    for (let p: Party | undefined = this.party; p !== undefined; p = p.outer) depth++
    if (depth > mostNested)
      throw new Failure(
        'usage',
        `${this.frame.method.id}: searches are nested more than ${mostNested} deep`,
        'a recursion needs a case that ends it',
      )
    const ordinal = this.#subs.get(at) ?? 0
    this.#subs.set(at, ordinal + 1)
    const scope = `${at}.${ordinal}/`
    const budget = this.budget.inside(frame.budget ?? {}, this.now())
    const child = new RunningSearch(this.shared, frame, task, budget, {
      outer: this.party,
      scope,
      models: this.models,
      sampling: this.sampling,
    })
    engine.up(this.party)
    emit?.('sub.start', { scope, method: frame.method.id }, scope)
    try {
      child.start()
      const ended = await child.finished
      emit?.('sub.end', { scope, ended }, scope)
      return child.result(ended)
    } finally {
      engine.down(this.party)
    }
  }
  recur(task: unknown, budget?: Limits & { share?: number }): Promise<Result<S, A, Ans>> {
    const { model: _, ...frame } = this.frame
    return this.subAt(this.tree.root, { ...frame, budget }, task)
  }

  // ------------------------------------------------------------------------------------------------------------- growing
  async propose<X>(from: NodeId | readonly NodeId[], o: Propose<S, A, X> = {}): Promise<EdgeId[]> {
    const t = this.tree
    const all = typeof from === 'number' ? [from] : from
    const at = all[0]
    if (at === undefined) return []
    const how = o.how ?? 'iid'
    const n = o.n ?? (how === 'all' || how === 'distinct' ? Infinity : 1)
    if (n < 1) return []
    const by = (o.by ?? this.#policy) as Policy<S, A, X>
    const ordinal = this.#ordinal(at)
    const io = this.at(at)
    const state = t.state(at)
    const sampling: Sampling = o.sampling === undefined ? this.sampling : { ...this.sampling, ...o.sampling }
    const tries = how === 'all' ? 1 : Math.max(1, o.tries ?? 1)
    const good: Draw<A>[] = []
    let hint = o.hint
    let refused = 0 // paid for, and no part of the tree
    for (let i = 0; i < tries && good.length < n; i++) {
      const contexts = all.length === 1 ? [this.place(at, hint)] : all.map(m => this.place(m, hint))
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
      this.shared.engine.entered -= how === 'iid' || how === 'sequential' ? refused : 1
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
    if (o.instead !== undefined && out.length > 0) this.flag(o.instead, 'replaced')
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
    return mix(ordinal, mix(this.tree.hi[n], this.tree.lo[n])) | 1
  }
  #edge(parent: EdgeId, action: A, rank: number, repair: number, aside: boolean): EdgeId {
    const t = this.tree
    const size = t.size
    let p = parent
    while (!t.taken(p)) p = t.parent(p)!
    const key = this.#world.actionKey?.(action, t.state(p)) ?? canonical(action)
    const e = t.edge(parent, action, key, { rank, repair })
    if (t.size > size) {
      if (this.scope === '') this.shared.ledger?.begin(e, this.shared.engine.now, this.shared.engine.delivered)
      if (aside) t.flag(e, 'aside')
      this.shared.emit?.('tree.edge', { edge: e, parent, action: brief(action), aside }, this.scope + t.key(e))
    } else if (!aside && t.is(e, 'aside')) this.flag(e, 'aside', false) // drawn for the search now: what was looked at ahead counts
    return e
  }
  /** Priors that no policy gave are shares of the draws. */
  #share(parent: EdgeId): void {
    const t = this.tree
    const given = this.#given
    let all = 0
    for (let e = t.firstChild[parent] as EdgeId; e >= 0; e = t.nextSibling[e] as EdgeId) all += t.M[e]
    for (let e = t.firstChild[parent] as EdgeId; e >= 0; e = t.nextSibling[e] as EdgeId)
      if (given.size === 0 || !given.has(e)) t.P[e] = t.M[e] / all
  }
  insert(parent: EdgeId, action: A, o: { count?: number; aside?: boolean } = {}): EdgeId {
    const ordinal = this.#ordinal(parent)
    const e = this.#edge(parent, action, ordinal * proposalSpan, 0, o.aside === true)
    this.tree.merge(e, o.count ?? 1)
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
  // ------------------------------------------------------------------------------------------------------------- judging
  async forecast(edges: readonly EdgeId[], o: { by?: ActionValue<S, A> } = {}): Promise<Assessment[]> {
    const t = this.tree
    const by = o.by ?? this.frame.actionValue
    if (by === undefined) throw missing('forecast', 'actionValue', this.frame.method)
    const out = new Map<EdgeId, Assessment>()
    const groups = new Map<EdgeId, EdgeId[]>()
    for (const e of edges) {
      const p = t.parent(e) ?? e
      const group = groups.get(p)
      group === undefined ? groups.set(p, [e]) : group.push(e)
    }
    await Promise.all(
      [...groups].map(async ([p, group]) => {
        const marks = await by.forecast(
          this.place(p),
          group.map(e => t.action(e)),
          this.at(p),
        )
        group.forEach((e, i) => {
          out.set(e, marks[i])
          this.#judge(e, marks[i], t.F, 'F', by.id)
        })
      }),
    )
    return edges.map(e => out.get(e)!)
  }
  value(nodes: readonly NodeId[], o: { by?: Value<S, A>; into?: Column } = {}): Promise<Assessment[]> {
    const t = this.tree
    const by = o.by ?? this.frame.value
    const into = o.into ?? t.V
    return Promise.all(
      nodes.map(async n => {
        const given = o.by === undefined ? t.draws(n).find(d => d.value !== undefined)?.value : undefined
        if (given === undefined && by === undefined) throw missing('value', 'value', this.frame.method)
        const a = given ?? (await by!.value(this.place(n), this.at(n)))
        return this.#judge(n, a, into, 'V', given === undefined ? by!.id : 'policy')
      }),
    )
  }
  reward(nodes: readonly NodeId[], o: { by?: Reward<S, A, Ans>; into?: Column } = {}): Promise<Assessment[]> {
    const t = this.tree
    const into = o.into ?? t.R
    return Promise.all(
      nodes.map(async n => {
        const outcome: Outcome<Ans> | null = t.outcome(n)
        const by = o.by ?? this.frame.reward
        let a: Assessment
        let judge = by?.id ?? 'exact'
        if (by !== undefined) {
          a = await by.reward(this.place(n), outcome, this.at(n))
          if (by.verifies && a.verified === undefined) a = { ...a, verified: true }
        } else if (outcome?.reward !== undefined)
          a = { value: outcome.reward, verified: true, ...(outcome.feedback === undefined ? {} : { feedback: outcome.feedback }) }
        else if (this.frame.value !== undefined) {
          judge = this.frame.value.id
          a = await this.frame.value.value(this.place(n), this.at(n))
        } else throw missing('reward', 'reward', this.frame.method)
        return this.#judge(n, a, into, 'R', judge)
      }),
    )
  }
  async rank(slate: readonly NodeId[], o: { by?: Ranker<S, A> } = {}): Promise<Assessment[]> {
    const by = o.by ?? this.frame.ranker
    if (by === undefined) throw missing('rank', 'ranker', this.frame.method)
    return by.rank(
      slate.map(n => this.place(n)),
      this.#here,
    )
  }
  #judge(e: EdgeId, a: Assessment, into: Column, name: string, by: string): Assessment {
    const t = this.tree
    into[e] = a.value
    t.assess(e, a)
    t.stamp(e, a.value)
    if (a.failed) this.flag(e, 'failed')
    // In a game the end of a line proves nothing: the opponent need not have played well, and `value` is as the player to move there sees it.
    if (a.verified && a.value >= 1 && this.world.player === undefined) this.flag(e, 'solved')
    if (this.scope === '') this.shared.tap?.judged?.(e, name, by, a)
    this.shared.emit?.('tree.judged', { node: e, column: name, value: a.value }, this.scope + t.key(e))
    return a
  }

  // ----------------------------------------------------------------------------------------------------------- steering
  flag(e: EdgeId, f: Parameters<FlatTree['flag']>[1], on = true): void {
    this.tree.flag(e, f, on)
    this.shared.emit?.('tree.flag', { node: e, flag: f, on }, this.scope + this.tree.key(e))
  }
  note(at: NodeId, text: string, o: { scope?: Note['scope']; kind?: string } = {}): void {
    this.tree.note(at, { text, from: at, scope: o.scope ?? 'below', kind: o.kind ?? 'note' })
  }
  prune(e: EdgeId): void {
    const t = this.tree
    this.flag(e, 'pruned')
    this.shared.engine.cancel(job => {
      if (job.tree !== t || job.node === undefined) return false
      for (let n: EdgeId | null = job.node; n !== null; n = t.parent(n)) if (n === e) return true
      return false
    })
  }
  /** What the world says of a text as an action of a node: the action, or why it is none. */
  read(n: NodeId, text: string): { action: A } | { why: string } {
    const state = this.tree.state(n)
    const action = (this.#world as WorldBase<S, A, any, any>).parse(text, state, { for: 'step' })
    if (typeof action === 'object' && action !== null && 'reject' in action) return { why: (action as { reject: string }).reject }
    const legal = this.#world.valid?.(action as A, state) ?? true
    return legal === true ? { action: action as A } : { why: legal }
  }
  /** Another action below a node, by hand: it is taken. null: it is none of this world. */
  edit(n: NodeId, text: string): EdgeId | null {
    const read = this.tree.is(n, 'end') ? null : this.read(n, text)
    if (read === null || 'why' in read) return null
    const e = this.insert(n, read.action)
    this.step([e]).catch(e => this.#fail(e))
    return e
  }
  reach(e: EdgeId): number {
    return this.#steps.reach(e)
  }
  commit(n: NodeId): Promise<boolean> {
    return this.#steps.commit(n)
  }
  workers(simulation: (sim: Sim) => Promise<void>, o: { times?: number; slots?: number } = {}): Promise<void> {
    return this.#workers.run(simulation, o)
  }
  lastly(held: Limits, body: () => Promise<void>): void {
    this.budget.keep(held)
    this.#lastly.push(body)
  }
  stop(o: { inFlight?: 'keep' | 'cancel' } = {}): void {
    if (this.party.halted) return
    this.party.halted = true
    this.#ended = 'stopped'
    if (o.inFlight === 'cancel') this.shared.engine.cancel((_, party) => within(party, this.party))
    this.shared.engine.look(this.party)
  }
  /** The time limit has come: what is in flight is cancelled, nothing more fits, and the search lands. */
  deadline(): void {
    if (this.#phase !== 'run') return
    const { party, budget } = this
    party.expired = true
    budget.tick(this.now())
    budget.spent.seconds = Math.max(budget.spent.seconds, (budget.limits.seconds ?? 0) - budget.kept.seconds)
    this.shared.engine.cancel((_, p) => within(p, party))
    this.shared.engine.look(party)
  }

  // ----------------------------------------------------------------------------------------------------------- lifetime
  /** Settles when the search has ended, lastly and all. */
  get finished(): Promise<Ended> {
    return this.#finished
  }
  start(): void {
    const { engine, strict } = this.shared
    const turn = this.#turn
    engine.look(this.party)
    let run: Promise<void>
    try {
      run = inside(strict, () => this.bound.run(this as unknown as Search<S, A, Ans>))
    } catch (e) {
      run = Promise.reject(e)
    }
    run.then(
      () => turn === this.#turn && this.#land(this.party.halted ? this.#ended : 'done'),
      e => turn === this.#turn && this.#fail(e),
    )
  }
  #fail(e: unknown): void {
    if (this.#phase === 'over') return
    this.#phase = 'over'
    this.party.done = true
    this.#reject(e)
  }
  /** Nothing is under way for this search, and everything that followed from what was has happened. */
  #quiet(): void {
    const { party } = this
    const { engine } = this.shared
    if (this.#phase === 'over') return
    if (this.#phase === 'lastly') {
      if (party.stuck.length > 0) this.#finish()
      else this.#stray()
      return
    }
    if (party.halted) {
      if (this.#workers.release()) {
        engine.wake(party, false)
        engine.look(party)
      } else this.#land(this.#ended)
    } else if (party.stuck.length > 0) this.#land('budget')
    else if (!engine.wake(party, false)) this.#stray()
    else engine.look(party)
  }
  #stray(): void {
    // A promise that settles by itself may need a few more turns of the event loop than there were; what needs longer is no effect.
    if (++this.#strays > 3) return this.shared.engine.stray()
    this.shared.engine.look(this.party)
  }
  #land(why: Ended): void {
    if (this.#phase !== 'run') return
    this.#phase = 'lastly'
    this.#ended = why
    this.#strays = 0
    const { party } = this
    party.final = true
    const bodies = this.scope === '' ? [...this.#lastly, () => this.#verify()] : this.#lastly
    if (this.scope === '') this.shared.emit?.('run.landing', { why })
    const all = async (): Promise<void> => {
      for (const body of bodies) await body()
    }
    inside(this.shared.strict, all).then(
      () => this.#finish(),
      e => this.#fail(e),
    )
    this.shared.engine.look(party)
  }
  /** The answer is verified, where the reward verifies and the method did not ask it to. */
  async #verify(): Promise<void> {
    const n = this.#answerNode()
    const verifies = this.frame.reward === undefined ? n !== null && this.tree.outcome(n)?.reward !== undefined : this.frame.reward.verifies
    if (n !== null && verifies && Number.isNaN(this.tree.R[n])) await this.reward([n])
  }
  #answerNode(): NodeId | null {
    const a = this.bound.answer(this.tree)
    return a === null ? null : typeof a === 'number' ? a : (a.nodes[0] ?? null)
  }
  #finish(): void {
    if (this.#phase === 'over') return
    this.#phase = 'over'
    this.party.done = true
    if (this.scope !== '') {
      this.#abort.abort()
      this.shared.engine.cancel((_, party) => within(party, this.party))
    }
    this.#resolve(this.#ended)
  }
  /** The limits were raised after the search had landed for want of budget: it goes on where it stood. */
  reopen(): boolean {
    if (this.#ended !== 'budget') return false
    this.#phase = 'run'
    this.party.done = this.party.final = this.party.halted = false
    this.#renew()
    return true
  }
  /**
   * The answer of a node was acted on, and this came of it. It is observed below that node, which stands from now on as the root's way, and the method runs again
   * from there. Nothing of the search is under way.
   * @throws Failure (world) where there is no such node any more, or what came of it is no action of the world
   */
  turn(o: Turn): void {
    const t = this.tree
    const world = this.#world as World<S, A, Ans, T>
    const n = t.find(o.key)
    const here = n >= 0 && t.taken(n as EdgeId) && !t.is(n as EdgeId, 'gone') && t.path(n as EdgeId).includes(t.root)
    if (!here)
      throw new Failure('world', `the search has no node ${o.key} below its root`, 'another answer was acted on since: begin a new run')
    if (world.kind !== 'pure')
      throw new Failure('world', `world ${world.id}: a search cannot go on from an answer here`, 'only in worlds whose steps are computed')
    const legal = world.valid?.(o.action as A, t.state(n as NodeId)) ?? true
    if (legal !== true) throw new Failure('world', `world ${world.id}: ${brief(o.action)} cannot follow there: ${legal}`)
    this.shared.engine.renew(this.party)
    this.budget.renew(o.limits ?? this.budget.limits)
    if (o.sampling !== undefined) this.sampling = o.sampling
    const m = this.#steps.observe(this.insert(n as EdgeId, o.action as A))
    t.reroot(m)
    this.#lastly.length = 0
    this.#strays = 0
    this.#phase = 'run'
    this.#ended = 'done'
    this.#turn++
    this.#renew()
    this.shared.emit?.('run.turn', { node: m, limits: this.budget.limits, replayed: this.shared.engine.replaying }, this.scope + t.key(m))
    this.start()
  }
  /** It goes on with another seed, with other models, within other limits. Searches inside it that are under way end with the models they have. */
  change(o: Change): void {
    if (o.seed !== undefined) this.shared.engine.seed = o.seed
    for (const [role, as] of Object.entries(o.models ?? {})) {
      const other = this.models[as]
      if (other === undefined) throw new Failure('usage', `the frame has no model '${as}'`, 'resume the run with the models of its record')
      this.models = { ...this.models, [role]: other }
    }
    if (o.limits !== undefined) this.raise(o.limits)
  }
  raise(limits: Limits): void {
    this.party.expired = false
    this.budget.limits = { ...this.budget.limits, ...limits }
    this.shared.engine.retryStuck(this.party)
    this.shared.engine.look(this.party)
  }
  result(ended: Ended): Result<S, A, Ans> {
    const t = this.tree
    const given = this.bound.answer(t) as NodeId | Answer<Ans> | null
    const spent = usage(this.budget.spent)
    if (given === null) return { answer: undefined, actions: [], nodes: [], score: Number.NaN, ended, spent, tree: t }
    const nodes = typeof given === 'number' ? [given] : given.nodes
    const n = nodes[0]
    const actions =
      n === undefined
        ? []
        : t
            .path(n)
            .filter(m => m !== 0)
            .map(m => t.action(m))
    if (typeof given !== 'number') return { answer: given.value, actions, nodes, score: given.score, ended, spent, tree: t }
    const mine = (x: number): number => (isGame(t) ? seenFromRoot(t, given, x) : x)
    const score = [mine(t.R[given]), t.Q[given], mine(t.V[given])].find(x => !Number.isNaN(x)) ?? Number.NaN
    return { answer: t.outcome(given)?.answer, actions, nodes, score, ended, spent, tree: t }
  }
}

function within(p: Party | undefined, outer: Party): boolean {
  for (; p !== undefined; p = p.outer) if (p === outer) return true
  return false
}

function missing(what: string, field: string, m: Method<any, any, any>): Failure {
  return new Failure('usage', `${m.id} asks for a ${what}, and the frame has no ${field}`, `give the frame a ${field}`)
}

/** The models of a frame by role. */
export function asRoles(model: Frame<any, any, any, any>['model']): Record<string, Provider> {
  if (model === undefined) return {}
  return 'sample' in model && typeof model.sample === 'function' ? { policy: model as Provider } : (model as Record<string, Provider>)
}

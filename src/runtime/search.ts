import type {
  ActionValue,
  Answer,
  Ask,
  Assessment,
  Bound,
  Column,
  Context,
  EdgeId,
  Effect,
  Frame,
  Io,
  LanguageModel,
  Limits,
  NodeId,
  Note,
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
import { AddressedRandom, Failure, FlatTree, hashText, isGame, maximum, seenFromRoot, usage } from '../kernel/index.ts'
import { brief } from './brief.ts'
import { Place } from './context.ts'
import { Course, type Ended } from './course.ts'
import type { Gate } from './gate.ts'
import { Growth } from './growth.ts'
import type { Home, Shared } from './home.ts'
import { BoundIo, type Host, type Plain } from './io.ts'
import type { Change, Turn } from './journal.ts'
import { Judgement } from './judgement.ts'
import type { Scope } from './meter.ts'
import { asRoles } from './model.ts'
import { modelPolicy } from './policy.ts'
import { type Job, Party } from './request.ts'
import { Steps } from './steps.ts'
import { Workers } from './workers.ts'

/** Searches within searches. */
const mostNested = 200

/** A running search: what a method holds. */
export class RunningSearch<S, A, Ans, T> implements Plain<Search<S, A, Ans>>, Home<S, A, Ans> {
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
  readonly #dialect: string
  readonly #abort = new AbortController()
  readonly #subs = new Map<string, number>()
  readonly #steps: Steps<S, A, Ans, T>
  readonly #workers: Workers
  readonly #growth: Growth<S, A, Ans, T>
  readonly #judgement: Judgement<S, A, Ans, T>
  readonly #course: Course
  readonly people?: Host['people']

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
    this.models = { ...o.models, ...asRoles(frame.model) }
    this.sampling = { ...o.sampling, ...frame.sampling }
    this.#dialect = this.models.policy?.dialect ?? 'text'
    this.bound = frame.method.with({ knobs: frame.knobs, preset: frame.preset, parts: frame.parts })
    this.tree = new FlatTree<S, A, Ans>(world.start(task), {
      outcome: s => world.outcome(s),
      key: world.key && (s => world.key!(s)),
      player: world.player && (s => world.player!(s)),
    })
    this.#steps = new Steps<S, A, Ans, T>(this, world, task)
    const scopeHash = hashText(this.scope)
    this.#workers = new Workers(shared.engine, this.party, this.tree, i => new AddressedRandom(this.seed, scopeHash, i, 'simulation'))
    const policy = frame.policy ?? modelPolicy<S, A>(world as WorldBase<S, A, any, any>)
    this.#growth = new Growth(this, world, policy, this.#steps)
    this.#judgement = new Judgement(this, frame)
    this.#course = new Course({
      party: this.party,
      scope: this.scope,
      shared,
      run: () => this.bound.run(this as unknown as Search<S, A, Ans>),
      release: () => this.#workers.release(),
      verify: () => this.#verify(),
      letGo: () => {
        this.#abort.abort()
        this.#cancelAll()
      },
    })
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
    engine.parties.up(this.party)
    emit?.('sub.start', { scope, method: frame.method.id }, scope)
    try {
      child.start()
      const ended = await child.finished
      emit?.('sub.end', { scope, ended }, scope)
      return child.result(ended)
    } finally {
      engine.parties.down(this.party)
    }
  }
  recur(task: unknown, budget?: Limits & { share?: number }): Promise<Result<S, A, Ans>> {
    const { model: _, ...frame } = this.frame
    return this.subAt(this.tree.root, { ...frame, budget }, task)
  }

  // ------------------------------------------------------------------------------------------------- growing and judging
  propose<X>(from: NodeId | readonly NodeId[], o?: Propose<S, A, X>): Promise<EdgeId[]> {
    return this.#growth.propose(from, o)
  }
  insert(parent: EdgeId, action: A, o?: { count?: number; aside?: boolean }): EdgeId {
    return this.#growth.insert(parent, action, o)
  }
  expand<X>(from: NodeId | readonly NodeId[], o?: Propose<S, A, X>): Promise<NodeId[]> {
    return this.#growth.expand(from, o)
  }
  step(edges: readonly EdgeId[]): Promise<NodeId[]> {
    return this.#growth.step(edges)
  }
  forecast(edges: readonly EdgeId[], o?: { by?: ActionValue<S, A> }): Promise<Assessment[]> {
    return this.#judgement.forecast(edges, o)
  }
  value(nodes: readonly NodeId[], o?: { by?: Value<S, A>; into?: Column }): Promise<Assessment[]> {
    return this.#judgement.value(nodes, o)
  }
  reward(nodes: readonly NodeId[], o?: { by?: Reward<S, A, Ans>; into?: Column }): Promise<Assessment[]> {
    return this.#judgement.reward(nodes, o)
  }
  rank(slate: readonly NodeId[], o?: { by?: Ranker<S, A> }): Promise<Assessment[]> {
    return this.#judgement.rank(slate, o)
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
    this.step([e]).catch(e => this.#course.fail(e))
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
    this.#course.lastly(body)
  }
  stop(o: { inFlight?: 'keep' | 'cancel' } = {}): void {
    if (this.party.halted) return
    this.#course.stop()
    if (o.inFlight === 'cancel') this.#cancelAll()
    this.shared.engine.parties.look(this.party)
  }
  /** The time limit has come: what is in flight is cancelled, nothing more fits, and the search lands. */
  deadline(): void {
    if (!this.#course.running) return
    const { party, budget } = this
    party.expired = true
    budget.tick(this.now())
    budget.spent.seconds = Math.max(budget.spent.seconds, (budget.limits.seconds ?? 0) - budget.kept.seconds)
    this.#cancelAll()
    this.shared.engine.parties.look(party)
  }

  /** Asks all that runs or waits for this search, and for those within it, to end. */
  #cancelAll(): void {
    this.shared.engine.cancel((_, party) => party.isWithin(this.party))
  }

  // ----------------------------------------------------------------------------------------------------------- lifetime
  /** Settles when the search has ended, lastly and all. */
  get finished(): Promise<Ended> {
    return this.#course.finished
  }
  start(): void {
    this.#course.start()
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
  /** The limits were raised: goes on where it stood, if it had landed for want of budget. */
  reopen(): boolean {
    return this.#course.reopen()
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
    this.#course.again()
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
    this.shared.engine.parties.look(this.party)
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

// The contract between a search method and everything it may touch. Types only: `method`, `need` and `person`, which make values of them, live in the runtime.
// Notation is the field's: s state, a action, N visits, Q backed-up value, V the critic's value, R own reward, P prior.

// ---------------------------------------------------------------------------------------------------------------- tree
declare const edge: unique symbol, node: unique symbol
/** An action at its parent, with its statistics. It need not have been taken yet. */
export type EdgeId = number & { readonly [edge]: true }
/** An edge that was taken, with the state it led to. Every node is also the edge into it, so a NodeId is an EdgeId. */
export type NodeId = EdgeId & { readonly [node]: true }
type NoEdges<K> = { [I in keyof K]: K[I] extends EdgeId ? never : K[I] }
/** One number per edge. Only an EdgeId indexes it. NaN: unknown; NaN never wins a ranking. References stay good while the tree grows. */
export interface Column {
  [e: EdgeId]: number
}

export type Flag =
  | 'end' // the world says: finished
  | 'solved' // proven: a verified answer lies here or below
  | 'closed' // everything below has ended, failed or was pruned; a new draw opens it again
  | 'failed' // the step or the judgement failed; not the same as a score of 0
  | 'pruned' // by the method or by a person; work in flight below is cancelled
  | 'replaced' // a repaired sibling stands in its place
  | 'aside' // look-ahead, kept and paid for, but not searched
  | 'gone' // cannot be reached any more (a destructive step, a move played)
  | 'destructive' // the step into it changed the world for good
  | 'pinned' // by a person: prefer

export interface Tree<S, A, Ans = string> {
  readonly root: NodeId // moves on commit
  readonly size: number
  readonly N: Column // visits
  readonly O: Column // visits under way (WU-UCT); selection uses N + O
  readonly W: Column // sum of returns
  readonly Q: Column // backed-up value; what it means is the method's backup rule
  readonly P: Column // prior of the action
  readonly M: Column // multiplicity: equal draws merged into this edge
  readonly F: Column // forecast: value of the action judged BEFORE it was taken, Q(s, a)
  readonly V: Column // critic's value of the state
  readonly R: Column // own reward: the frame's reward for this state alone
  column(name: string, initial?: number): Column // a method's own number per edge; shown and exported under its name

  taken(e: EdgeId): e is NodeId
  first(e: EdgeId): EdgeId | -1 // the first edge below that is open for search, -1: none; with `after`, a walk that allocates nothing
  after(e: EdgeId): EdgeId | -1 // the next open edge beside it
  key(e: EdgeId): string // its address: 16 hex digits of the hash chain of actions; the same in every run that goes this way
  state(n: NodeId): S
  action(e: EdgeId): A
  draws(e: EdgeId): readonly Draw<A>[] // what the policy wrote, one per merged draw
  outcome(n: NodeId): Outcome<Ans> | null // null: nothing to answer with yet
  judged(e: EdgeId): Assessment | undefined // the latest assessment in full: critique, feedback, votes
  notes(e: EdgeId): readonly Note[]
  is(e: EdgeId, f: Flag): boolean
  depth(e: EdgeId): number
  player(n: NodeId): number // whose move it is there; 0 in worlds of one player
  parent<E extends EdgeId>(e: E): E | null
  parents(n: NodeId): readonly NodeId[] // more than one for a crossover; the first is the tree's
  path<E extends EdgeId>(e: E): E[] // root first, e last
  edges(e: EdgeId): EdgeId[] // open for search: not pruned, replaced, aside, gone
  children(n: NodeId): NodeId[] // those of them that were taken
  nodes(): NodeId[] // all taken nodes open for search, in tree order (which does not depend on order of arrival)
  leaves(): NodeId[] // those not finished and without a taken child
  ends(): NodeId[] // finished, failed ones and those aside too
  answers(): NodeId[] // every node one could answer with, finished or not, those aside too
  twin(n: NodeId): NodeId | null // the first node with the same state key
}

/** A token as it was drawn. certainty: KL(uniform || p) at this token; text: as written, where the server tells; top: the likeliest ones there, where asked for. */
export interface Token {
  id: number
  logprob: number
  certainty?: number
  text?: string
  top?: readonly { id: number; logprob: number; text?: string }[]
}
/** What the policy wrote for one action. */
export interface Draw<A> {
  action: A
  text?: string
  tokens?: readonly Token[]
  logprob?: number // of the whole text
  prior?: number // given by the policy; else the share of the draws
  forecast?: number // policy and action value from one call
  value?: Assessment // policy and value of the NEXT state from one call (shared head)
}
/** What a state is as an answer. open: it is one, and may still be improved (a prompt, a program, a design). failed: finished without one.
 *  reward: only where the world's own rules give it. feedback: what they say is wrong with it, as a test does. */
export interface Outcome<Ans> {
  answer: Ans
  key?: string // equal keys: the same answer, however it is written, for votes; default: the answer's canonical JSON
  group?: string // votes are cast for groups first, then for answers within the one that won: tools by name, then by arguments
  open?: boolean
  failed?: boolean
  reward?: number
  feedback?: string
}
/** verified: a proof (the world's rules, a test, a verifier), not an opinion; with value 1 it marks the node `solved`. */
export interface Assessment {
  value: number
  sd?: number
  confidence?: number
  critique?: string
  feedback?: string
  failed?: boolean
  verified?: boolean
  parts?: Record<string, number>
}
/** Text kept on a node. It enters prompts made at the node | at it and below | anywhere in the tree. */
export interface Note {
  text: string
  from: EdgeId
  scope: 'node' | 'below' | 'tree'
  kind: string
}

// ------------------------------------------------------------------------------------------------- world, policy, judges
/** step: one action. attempt: a whole solution in one sample. Every world declares which of them it can put into words. */
export type Grain = 'step' | 'attempt'
/** What a prompt asks for: an action, several different ones in one reply (at most `list`, Infinity: as many as there are), a whole solution, or a judgement of the place. */
export interface Wanted {
  readonly for: Grain | 'judgement'
  readonly list?: number
}

/** A place in the tree as a policy, a judge or a prompt may see it. `messages()` is the one rendering, for prompts and for training data. */
export interface Context<S = unknown, A = unknown> {
  readonly state: S
  readonly steps: readonly { action: A; state: S }[] // root .. here
  readonly tried: readonly { action: A; state?: S; assessment?: Assessment }[] // the edges there are already
  readonly draws: readonly Draw<A>[] // what the policy wrote to come here, one per merged draw; none at the root
  readonly answers: readonly Outcome<unknown>[] // every answer in the tree so far, as often as it was drawn
  readonly parent: Context<S, A> | null
  readonly V: number
  readonly R: number
  readonly Q: number
  readonly notes: readonly Note[]
  readonly hint?: string // for this call only; no descendant sees it
  /** Default: one step, in the dialect of the policy's model. Notes, and the hint, come at the end. */
  messages(want?: Wanted, dialect?: string): Message[]
}

/** One way of putting a world into words, and of reading them back. `stop`: what ends a step or an attempt, as far as stop strings can say it. */
export interface Dialect<S, A> {
  render(c: Context<S, A>, want: Wanted): Message[]
  parse(text: string, s: S, want: Wanted, sample?: Sample): A | Reject // sample: the whole reply, where the text is all of it
  stop?(want: Wanted): readonly string[]
  readonly lists?: false // a reply holds one action, as a whole: several are sampled, never listed in one
}
/** The truth a simulated model errs about. It is the world's: a model never imports a world. P: a place as the oracle reads it from a prompt. */
export interface Oracle<P = unknown> {
  read(messages: readonly Message[]): { place: P; key: string; want: Wanted } | null // key: equal places read alike; null: no prompt of this world
  moves(place: P): readonly { text: string; to: P }[] // legal next steps as a policy writes them; none: finished or stuck
  promising(place: P): boolean // can it still end well?
  readonly labels: { readonly promising: readonly string[]; readonly lost: readonly string[] } // words of a judgement
  attempt(texts: readonly string[]): string // steps as one whole solution
}
export interface WorldBase<S, A, Ans, Task> {
  readonly id: string
  readonly grains?: readonly Grain[] // default: step only
  start(task: Task): S
  outcome(s: S): Outcome<Ans> | null
  render(c: Context<S, A>, want: Wanted): Message[] // the 'text' dialect
  parse(text: string, s: S, want: Wanted, sample?: Sample): A | Reject // of one action; a list is parsed line by line. sample: the whole reply, where the text is all of it
  readonly lists?: false // as of a Dialect
  readonly dialects?: Record<string, Dialect<S, A>> // others, such as the seedling's tokens
  readonly oracle?: Oracle<any> // what a simulated model may know of this world
  valid?(a: A, s: S): true | string // string: why not; the policy is asked again with it
  actions?(s: S): A[] // enumerable worlds: `how: 'all'`
  chance?(s: S): { action: A; p: number }[] // nature moves here, not the policy
  actionKey?(a: A, s: S): string // equal actions merge; default: canonical JSON
  key?(s: S): string // equal states are twins
  show?(a: A, s: S): string // an action as one writes it in this world, for prompts and people; default: canonical JSON
  observed?(s: S): string // what the last step showed, as one tells it: a tool's reply, a fact; empty: nothing
  player?(s: S): number // whose move; backups change sign
  cost?(s: S, a: A): number // path cost; default 1
  effect?(a: A, s: S, after?: S): 'safe' | 'destructive' | 'end' // before, and again after, the step
  readonly design?: Design<S, A>
}
/** How whole answers are made, varied and told apart without a model, where they are designs: controllers, parameters, programs of a grammar. An action is a whole
 *  new design, whatever stood there before. */
export interface Design<S, A> {
  readonly axes: readonly { name: string; low: number; high: number; bins: number }[] // of the features, as a map of behaviours has them
  features(s: S): readonly number[] // what it does, and neither how it is written nor how good it is
  observe?(s: S): readonly number[] // raw observations, to learn features from; default: the features
  genome?(s: S): readonly number[] // for distances between designs
  create(r: Random, root: S): A
  vary(parents: readonly S[], r: Random, scale?: number): A // mutation of one, crossover of several; scale: 1 is the usual step
}
/** Same state, same action, same next state; no effects. Recomputed on replay, never recorded. */
export interface PureWorld<S, A, Ans = string, T = unknown> extends WorldBase<S, A, Ans, T> {
  readonly kind: 'pure'
  step(s: S, a: A): S
}
/** States are values; the step asks tools, models or people. Any state can be continued at any time. */
export interface IoWorld<S, A, Ans = string, T = unknown> extends WorldBase<S, A, Ans, T> {
  readonly kind: 'io'
  step(s: S, a: A, io: Io): Promise<S>
}
/** There is one place at a time per session X (a browser, a shell, a person). S is what was observed. The runtime moves sessions. */
export interface LiveWorld<S, A, Ans = string, T = unknown, X = unknown> extends WorldBase<S, A, Ans, T> {
  readonly kind: 'live'
  readonly back: 'snapshot' | 'replay' | 'none'
  open(task: T, io: Io): Promise<X>
  step(x: X, s: S, a: A, io: Io): Promise<S> // recorded whole
  save?(x: X): Promise<string>
  restore?(x: X, ref: string): Promise<void>
  same?(x: X, s: S): Promise<boolean> // rehearsal: is this session where the tree says it is? no = drift
}
export type World<S, A, Ans = string, T = unknown> = PureWorld<S, A, Ans, T> | IoWorld<S, A, Ans, T> | LiveWorld<S, A, Ans, T>

/** What a policy drew. `rejected`: paid for, and no action of this world; `why` is told to the policy when it is asked again. */
export interface Proposed<A> {
  draws: Draw<A>[]
  value?: Assessment
  rejected?: readonly { text: string; why: string }[]
}
/** Proposes actions. X: what else it must be told (a target fitness, a plan). Usually one parent; several for crossover. */
export interface Policy<S = any, A = any, X = any> {
  readonly id: string
  propose(from: readonly Context<S, A>[], o: { n: number; how: Drawing; input: X; sampling: Sampling }, io: Io): Promise<Proposed<A>>
}
export type Drawing = 'iid' | 'distinct' | 'sequential' | 'all' // distinct: without replacement; sequential: each sees the former; all: enumerate
/** V(s): how good is this state? */
export interface Value<S = any, A = any> {
  readonly id: string
  value(at: Context<S, A>, io: Io): Promise<Assessment>
}
/** Q(s, a): how good is each action, before it is taken? One call marks all actions of a state. */
export interface ActionValue<S = any, A = any> {
  readonly id: string
  forecast(at: Context<S, A>, actions: readonly A[], io: Io): Promise<Assessment[]>
}
/** Scores given to one slate, comparable only within it; NaN for what the judge left out. Two contexts: a duel. */
export interface Ranker<S = any, A = any> {
  readonly id: string
  rank(slate: readonly Context<S, A>[], io: Io): Promise<Assessment[]>
}
/** What the search is paid for. Not a Grader: a Grader needs a key, and no search is given one. */
export interface Reward<S = any, A = any, Ans = any> {
  readonly id: string
  readonly verifies?: boolean
  reward(at: Context<S, A>, outcome: Outcome<Ans> | null, io: Io): Promise<Assessment>
}

declare const keyed: unique symbol, splits: unique symbol
export type Split = 'train' | 'dev' | 'test'
/** Leave to grade. A search's Io has it for train and dev items (data making, prompt search), the bench's for test items too. */
export interface MayGrade<X extends Split> {
  readonly [splits]: (x: X) => void
}
export interface Key<X extends Split> {
  readonly [keyed]: X
} // the truth about one item, sealed
export interface Item<T, X extends Split> {
  task: T
  key: Key<X>
}
/** Measures a final answer. Not a Reward, and not callable from inside a search on test items: that does not compile. */
export interface Grader<Ans, X extends Split> {
  readonly id: string
  grade(answer: Ans | undefined, key: Key<X>, io: Io & MayGrade<X>): Promise<{ correct: number; note?: string }>
}

// -------------------------------------------------------------------------------------------------------------- effects
/** Everything that reaches outside goes through an Io, which is bound to an address in the tree: recorded, budgeted, cached,
 *  cancelled, batched, shown, and charged to that address. Policies, worlds, judges and methods hold nothing else.
 *  Completions are delivered one at a time, and everything that follows from one happens before the next; so a run is a function of
 *  its record. An effect the budget cannot cover, or asked for after stop, never returns: what waits for it is let go, without an error. */
export interface Io extends MayGrade<'train' | 'dev'> {
  readonly budget: Meter
  readonly signal: AbortSignal
  random<K extends readonly (string | number)[]>(...key: NoEdges<K>): Random // same place and key, same stream, at any concurrency; an id is no key: use at(e).random
  now(): number // time stamp of the last completion; so it replays
  model(role?: string): LanguageModel
  ask<O>(a: Ask<void, O>): Promise<O>
  ask<I, O>(a: Ask<I, O>, input: I): Promise<O>
  asks<I, O>(a: Ask<I, O>, input: I, n: number): Promise<O[]> // n samples of one request
  call<I, O>(e: Effect<I, O>, input: I): Promise<O> // tools, retrievers, embedders, code runs, people
  sub<S, A, Ans, T>(frame: Frame<S, A, Ans, T>, task: T): Promise<Result<S, A, Ans>> // another search, under this budget, at this address
}
/** One question to a model with a typed reply. Where no action is proposed and no state judged: reflect, plan, decide, summarise. */
export interface Ask<I, O> {
  readonly id: string
  role?: string
  temperature?: number
  max?: number // most tokens of the reply
  prompt(input: I, at: Context): Message[]
  parse(text: string, input: I): O | Reject
  tries?: number
  otherwise?: O
}
/** A deed outside. Calls made in one turn, from any node or worker, are handed over together, at most `batch` at a time; each is recorded alone. */
export interface Effect<I, O> {
  readonly id: string
  run(inputs: readonly I[], live: { signal: AbortSignal }): Promise<readonly O[]>
  batch?: number
  timeout?: number
  bound?(input: I): Limits
}
/** What a person is asked. `wait`: seconds, then `otherwise`. */
export interface Question {
  question: string
  choices?: string[]
  wait?: number
  otherwise?: string
}

// --------------------------------------------------------------------------------------------------------------- search
export interface Propose<S, A, X> {
  n?: number // draws; fewer if the budget covers fewer
  sampling?: Sampling // for this call; default: the frame's
  how?: Drawing
  by?: Policy<S, A, X>
  input?: X
  hint?: string // for this call only
  accept?(d: Draw<A>, at: Context<S, A>): true | string // string: why not; redrawn with it, up to `tries`
  tries?: number
  same?(a: readonly A[], io: Io): Promise<number[]> // merge by meaning: cluster number of each; default: the world's actionKey
  aside?: boolean // kept and paid for, not searched
  instead?: NodeId // repair: the new edge takes this node's place
}
export interface Search<S, A, Ans = string> extends Io {
  readonly tree: Tree<S, A, Ans>
  readonly world: Omit<WorldBase<S, A, Ans, never>, 'start'> // its pure side only: render, parse, key, cost, player
  at(e: EdgeId): Io

  /** Actions from the policy as edges, not yet taken. One entry per draw, in order; equal draws give the same edge and raise M. */
  propose<X>(from: NodeId | readonly NodeId[], o?: Propose<S, A, X>): Promise<EdgeId[]>
  /** Take edges. Already taken: free. Moves, restores or replays live sessions; an edge that cannot be reached is missing from the result. */
  step(edges: readonly EdgeId[]): Promise<NodeId[]>
  /** propose, then step: the distinct children. */
  expand<X>(from: NodeId | readonly NodeId[], o?: Propose<S, A, X>): Promise<NodeId[]>
  /** An edge that no policy drew: a plan's next step, an observation, a demonstration. Merges; raises M. The parent need not be taken. */
  insert(parent: EdgeId, action: A, o?: { count?: number; aside?: boolean }): EdgeId

  forecast(edges: readonly EdgeId[], o?: { by?: ActionValue<S, A> }): Promise<Assessment[]> // writes F
  value(nodes: readonly NodeId[], o?: { by?: Value<S, A>; into?: Column }): Promise<Assessment[]> // writes V; free where the policy gave it
  reward(nodes: readonly NodeId[], o?: { by?: Reward<S, A, Ans>; into?: Column }): Promise<Assessment[]> // writes R; the frame's reward, else the world's own rule, else the frame's value
  rank(slate: readonly NodeId[], o?: { by?: Ranker<S, A> }): Promise<Assessment[]> // writes nothing

  /** This very search on another task, as a sub-search: recursion. */
  recur(task: unknown, budget?: Limits & { share?: number }): Promise<Result<S, A, Ans>>
  note(at: NodeId, text: string, o?: { scope?: Note['scope']; kind?: string }): void
  prune(e: EdgeId): void
  reach(e: EdgeId): number // world steps it would cost to stand there: 0 here or value states, Infinity gone
  commit(n: NodeId): Promise<boolean> // act for real: n becomes the root, what lies beside it is gone; false: drifted

  /** Simulations over one tree with no barrier, as many in flight as the runtime has slots. A simulation with nothing to hold waits
   *  for the next change and starts again; when all of them wait, or `times` are done, or the search stops, this returns. */
  workers(simulation: (sim: Sim) => Promise<void>, o?: { times?: number; slots?: number }): Promise<void>
  /** Once, after run has returned or was cut off, with `held` of the budget, kept back from now on. */
  lastly(held: Limits, body: () => Promise<void>): void
  /** No further effects. What is in flight still enters the tree (keep, the default) or is cancelled; its cost is recorded either way. */
  stop(o?: { inFlight?: 'keep' | 'cancel' }): void
}
export interface Sim {
  readonly index: number
  readonly random: Random
  /** Counts the path to e as under way (column O) until this simulation ends, however it ends. Holding again moves the hold.
   *  Nothing to hold (null, undefined): everything open is under way; the simulation waits. */
  hold<E extends EdgeId>(e: E | null | undefined, count?: (depth: number, leaf: number) => number): E
}

// --------------------------------------------------------------------------------------------------------------- method
export type KnobValue = number | string | boolean | readonly number[]
/** A knob is its default, or its default with what validates it and shows in forms and `methods --json`. */
export type Knob = KnobValue | { default: KnobValue; min?: number; max?: number; choices?: readonly KnobValue[]; doc?: string }
export type Knobs = Record<string, Knob>
/** Where a published part comes from; on methods, rewards, losses, loops, worlds, selectors alike. `dossier` is its id in the catalogue. */
export interface Paper {
  title: string
  id: string
  dossier?: string
}
/** What a method is for: to search, to act as an agent, to prompt in one call, to learn from, to reward, to evaluate, or a part of the model's machinery. */
export type Slot = 'search' | 'agent' | 'prompt' | 'learn' | 'reward' | 'evaluate' | 'architecture'
/** What the conformance suite holds a method to. */
export type Promised = 'optimum' | 'anytime' | 'orderFree' | 'unbiased' | 'diverse'
export interface Answer<Ans> {
  value: Ans
  nodes: readonly NodeId[]
  score: number
}
export type Need = 'policy' | 'value' | 'actionValue' | 'ranker' | 'reward' | 'logprobs' | 'certainty' | 'next' | 'embed'
export interface Spec<K, P, S, A, Ans> {
  id: string
  paper?: Paper
  slot?: Slot // default: search
  knobs: K // the paper's names and defaults
  presets?: { readonly [name: string]: Partial<Record<keyof K, KnobValue>> }
  promises?: readonly Promised[]
  version?: number // raised when a recorded run would go another way
  parts?: P // named operators, judges, questions; `need()` where the frame must bring one
  needs?: readonly Need[] // refused before anything is spent, when the frame or its model lacks it
  run(s: Search<S, A, Ans>, k: Wide<K>, p: P): Promise<void>
  /** The answer if the search ended now. Pure: it serves the live preview, the end, and what-if. Default: best of answers() by R, then Q. */
  answer?(t: Tree<S, A, Ans>, k: Wide<K>): NodeId | Answer<Ans> | null
}
export interface Method<in S = any, in A = any, in Ans = any> {
  readonly id: string
  readonly knobs: Knobs
  readonly paper?: Paper
  readonly slot?: Slot
  readonly presets?: Record<string, Record<string, KnobValue | undefined>>
  readonly promises?: readonly Promised[]
  readonly needs?: readonly Need[]
  readonly version?: number
  readonly parts?: Record<string, unknown>
  /** Hash of its source text: kept with a run, so that one can see whether the code that made it has changed since. */
  readonly code?: string
  /** With its knobs settled (defaults, then a preset, then these) and its parts in place. Throws on an unknown or ill-typed knob, and on a part that is missing. */
  with(o?: { knobs?: Record<string, KnobValue>; preset?: string; parts?: Record<string, unknown> }): Bound<S, A, Ans>
}
/** A method ready to run. */
export interface Bound<in S = any, in A = any, in Ans = any> {
  readonly knobs: Readonly<Record<string, KnobValue>>
  run(s: Search<S, A, Ans>): Promise<void>
  answer(t: Tree<any, any, any>): NodeId | Answer<any> | null
}
export type Widened<V> = V extends { default: infer D }
  ? Widened<D>
  : V extends number
    ? number
    : V extends boolean
      ? boolean
      : V extends string
        ? string
        : readonly number[]
export type Wide<K> = { -readonly [N in keyof K]: Widened<K[N]> }

export interface Frame<S, A, Ans = string, T = unknown> {
  world: World<S, A, Ans, T>
  method: Method<S, A, Ans>
  knobs?: Record<string, KnobValue>
  preset?: string
  parts?: Record<string, unknown>
  /** Who answers. Roles (`critic`, `judge`, ...) fall back to `policy`, a sub-search to its parent's. */
  model?: Provider | ({ policy: Provider } & Record<string, Provider>)
  sampling?: Sampling
  policy?: Policy<S, A, void>
  value?: Value<S, A>
  actionValue?: ActionValue<S, A>
  ranker?: Ranker<S, A>
  reward?: Reward<S, A, Ans>
  budget?: Limits & { share?: number }
}
/** answer: undefined where the search ended on a state that is no answer. actions: from the root to the node; in a game or a live world the first is the move. */
export interface Result<S, A, Ans> {
  answer: Ans | undefined
  actions: readonly A[]
  nodes: readonly NodeId[]
  score: number
  ended: 'done' | 'stopped' | 'budget' | 'cancelled'
  spent: Usage
  tree: Tree<S, A, Ans>
}

// --------------------------------------------------------------------------------------------------------------- budget
/** One vocabulary everywhere: these names in the library and in JSON; the command line's short keys are in SPEC.md.
 *  A call is one sample drawn from a model, whatever it is drawn for (proposals, judgements, reflections); requests count HTTP turns. */
export interface Usage {
  calls: number
  requests: number
  inputTokens: number
  cachedTokens: number
  outputTokens: number
  reasoningTokens: number // cached is part of input, reasoning of output
  usd: number | null // null: a price was unknown
  seconds: number
  workingSeconds: number // working: without queueing and retries
  steps: number
  toolCalls: number
  nodes: number
}
/** tokens: input + output together. */
export type Limits = Partial<{ [K in keyof Usage]: number }> & { tokens?: number }
export interface Meter {
  readonly spent: Usage
  readonly limits: Limits
  ratio(...of: (keyof Limits)[]): number
} // least remaining share, in-flight reservations counted as spent

// ---------------------------------------------------------------------------------------------------------------- model
export interface Message {
  role: 'system' | 'user' | 'assistant' | 'tool'
  content: string
  toolCalls?: Sample['toolCalls'] // of an assistant that called tools
  toolCallId?: string // of a tool's result: which call it answers
}
export interface Reject {
  reject: string
}
export interface Sampling {
  temperature?: number
  topP?: number
  max?: number
  stop?: readonly string[]
  logprobs?: boolean
  top?: number // so many of the likeliest tokens beside each, where logprobs are asked for; at most 20
  grain?: Grain
  schema?: unknown
  tools?: readonly unknown[]
  toolChoice?: unknown // as the API has it: 'auto', 'required', or one by name
}
export interface Sample {
  text: string
  reasoning?: string
  toolCalls?: readonly { id: string; name: string; arguments: string }[]
  tokens?: readonly Token[]
  finish: 'stop' | 'cut' | 'tool' | 'refused'
}
/** What methods, policies and judges hold: every call through it is an effect at the Io's address. */
export interface LanguageModel {
  readonly id: string
  readonly can: Provider['can']
  readonly dialect: string // which of a world's dialects it reads and writes; 'text' for chat models
  sample(messages: readonly Message[], o?: Sampling & { n?: number }): Promise<Sample[]> // fewer than n where the budget covers fewer
  next?(prefixes: readonly (readonly number[])[]): Promise<Float32Array[]> // full next-token log-probabilities
  score?(messages: readonly Message[], text: string): Promise<{ logprob: number; tokens?: Sample['tokens'] }>
  embed?(texts: readonly string[]): Promise<Float32Array[]>
}
/** What a provider is told of the one call it makes: the number of its first sample at this address, the address's own randomness (so a sample is a
 *  function of its address; `randomAt`: the stream of one sample by its number), and the runtime's clock, which may be virtual. */
export interface Live {
  index: number
  random: Random
  randomAt(index: number): Random
  signal: AbortSignal
  idempotencyKey: string
  now(): number
  sleep(ms: number): Promise<void>
  /** Told what is being written, piece by piece, where the back end can tell: for whoever passes it on. `index`: which sample of this call. What is returned in the end holds. */
  heard?(piece: { index: number; text?: string; reasoning?: string }): void
} // now, sleep: milliseconds
/** US dollars per million tokens; `request`: per turn to the server. */
export interface Price {
  input: number
  output: number
  cached?: number
  request?: number
}
/** What a provider throws. limited: slow down (`retryAfter` in seconds, where the server says it); fault: try again; refused: do not. `usage`: what it cost all the same. */
export interface ProviderFault extends Error {
  readonly code: 'limited' | 'fault' | 'refused'
  readonly retryAfter?: number
  readonly usage?: Partial<Usage>
}
/** What the runtime holds: a back end. `max` bounds the usage of a request before it is sent (bytes bound tokens where no tokenizer is known). */
export interface Provider {
  readonly id: string
  readonly dialect: string
  readonly can: readonly ('n' | 'logprobs' | 'prefill' | 'schema' | 'tools' | 'next' | 'score' | 'embed' | 'fork')[]
  readonly price?: Price // unknown where absent; all zero: free
  readonly clock?: 'virtual' // its waiting is simulated: it sleeps on the runtime's clock only
  max(messages: readonly Message[], o: Sampling & { n: number }): Limits
  sample(messages: readonly Message[], o: Sampling & { n: number }, live: Live): Promise<{ samples: Sample[]; usage: Partial<Usage> }>
  next?(prefixes: readonly (readonly number[])[], live: Live): Promise<{ laws: Float32Array[]; usage: Partial<Usage> }>
  score?(
    messages: readonly Message[],
    text: string,
    live: Live,
  ): Promise<{ logprob: number; tokens?: Sample['tokens']; usage: Partial<Usage> }>
  embed?(texts: readonly string[], live: Live): Promise<{ vectors: Float32Array[]; usage: Partial<Usage> }>
  /** The state right after a prefix, to be continued by several: cache rows of a local model. */
  fork?(prefix: readonly number[]): Promise<unknown>
  /** Lets go of what it holds (workers, sockets). */
  close?(): Promise<void>
}
export interface Random {
  next(): number
  int(n: number): number
  weighted(w: readonly number[]): number
  pick<T>(xs: readonly T[]): T
  sample<T>(xs: readonly T[], k: number, weight: (x: T) => number): T[]
  gumbel(): number
  shuffle<T>(xs: readonly T[]): T[]
}

// ----------------------------------------------------------------------------------------------------------- whole runs
export interface RunOptions {
  seed?: number
  concurrency?: number
  store?: string | null
  signal?: AbortSignal
  onEvent?(e: RunEvent): void
  cache?: boolean
  durability?: 'crash' | 'power'
  clock?: 'real' | 'virtual' // default: virtual where every model says so
  strict?: boolean // a method that touches the clock, chance or a timer by itself gets an error that names what to use
}
/** What happens, as it happens. `seq` has no gaps. */
export interface RunEvent {
  run: string
  seq: number
  kind: string
  address?: string
  data?: unknown
}
export interface RunResult<S, A, Ans> extends Result<S, A, Ans> {
  run: string
  solved: boolean | null
  verifiedBy: string | null // null: nothing verified it
  yield: number // share of the paid calls that entered the tree
  slotUse: number // share of the slots' time in use, up to the last start
  inDoubt: Usage
  why?: string // why: what `auto` did, and for what reason
}

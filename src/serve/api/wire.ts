// The shapes of the HTTP API of runs, trees, acts, data and training. Types, and the names of flags: the studio and any other client may import them.
//
// All of it lies under /api. Bodies and answers are JSON; numbers that are unknown are null. Errors are those of the rest of the server:
// { error: { message, type, code, param } } with a status. Streams are server-sent events whose data is JSON; each has an id, and a client that comes
// back with Last-Event-ID (or ?after=ID) is told only what it has missed, or, where the server cannot know that, all statistics anew.
import type { KnobValue, Limits, Usage } from '../../contract/index.ts'
import { flagNames as flagsOfTree } from '../../kernel/flags.ts'
import type { Comparison, Summary } from '../../run/index.ts'

// ------------------------------------------------------------------------------------------------------------ what there is
/** GET /api/catalogue: what a run can be made of; forms are built from it. */
export interface Catalogue {
  version: string
  /** Nothing can be begun or changed: no store, or one that cannot be written. */
  readOnly: boolean
  /** Names that `model` may have here, the default first. */
  models: { name: string; spec: string }[]
  worlds: WorldInfo[]
  methods: MethodInfo[]
  rewards: string[]
  loops: { id: string; describe: string; paper?: { title: string; id: string } }[]
  formats: { id: string; about: string; columns: string[] }[]
  /** Units of a budget, the usual first. */
  units: string[]
}
export interface WorldInfo {
  id: string
  about: string
  examples: string[]
  /** It makes tasks by seed: GET /api/worlds/{id}/tasks?n=&seed=&split= gives { tasks: { name, task }[] } with `task` as one types it. */
  makesTasks: boolean
  /** Its own rules reward answers. */
  exact: boolean
  grains: string[]
}
export interface KnobInfo {
  name: string
  type: 'number' | 'string' | 'boolean' | 'list'
  default: KnobValue
  min?: number
  max?: number
  choices?: KnobValue[]
  doc?: string
}
export interface MethodInfo {
  id: string
  about: string
  paper: { title: string; id: string } | null
  slot: string
  needs: string[]
  knobs: KnobInfo[]
  presets: Record<string, Record<string, KnobValue>>
  /** Verdicts of the claims about it. */
  evidence: { claim: string; verdict: string }[]
}

// -------------------------------------------------------------------------------------------------------------------- runs
export type RunStatus = 'running' | 'paused' | 'done' | 'failed' | 'orphan' // orphan: said to be running, and nobody works on it: it can be resumed
/** A row of GET /api/runs?status=&world=&method=&text=&parts=true&before=ID&limit= -> { runs: RunRow[], next: string | null }, newest first. */
export interface RunRow {
  run: string
  status: RunStatus
  /** Who works on it: this server, another process (its acts then go through the store), nobody. */
  worker: 'here' | 'elsewhere' | null
  created: number // Unix time in seconds
  updated: number
  world: string
  task: string // as one types it
  method: string
  preset: string | null
  models: Record<string, string>
  reward: string
  knobs: Record<string, KnobValue>
  budget: Limits
  seed: number
  concurrency: number
  spent: Partial<Usage>
  answer: string | null // as text
  solved: boolean | null
  verifiedBy: string | null
  score: number | null
  nodes: number
  depth: number
  origin: string | null
  ended: string | null // budget, deadline, done, stopped, cancelled ... of a run that is over
  why: string | null // what `auto` did and why; of a failed run: its error
}
/** POST /api/runs -> 201 RunRow, at once; the search goes on in this server. Wrong fields: 400 with `param`. */
export interface NewRunBody {
  world: string
  task: string
  model?: string
  judge?: string
  method: string
  preset?: string
  knobs?: Record<string, KnobValue>
  /** As limits, or as one types it: "calls=100,usd=0.02". */
  budget?: Limits | string
  reward?: string
  seed?: number
  concurrency?: number
}
/** GET /api/runs/events (SSE): `run` events with a RunRow whenever one began, changed or ended; `gone` with { run }. */

// -------------------------------------------------------------------------------------------------------------------- tree
/**
 * GET /api/runs/{run}/tree. Columns; row i is edge i of the tree in order of issue, 0 the root; parents come before their children. An edge that was
 * not taken yet has `taken` 0. Siblings lie in tree order by `rank`.
 */
export interface TreeColumns extends TreeStats {
  run: string
  /** For GET .../events?after=: what this answer holds. */
  cursor: string
  size: number
  /** The best answer that is known of. */
  best: Best | null
  parent: number[]
  rank: number[]
  /** Seconds of the run at which it was made; null: not known (then the order of rows stands for it). */
  born: (number | null)[]
}
/** Statistics of rows that change while a search goes on; `at` lists the rows, absent: all rows from 0. */
export interface TreeStats {
  at?: number[]
  /** Bits in the order of `flagNames`, `taken` last. */
  flags: number[]
  N: number[]
  Q: (number | null)[] // backed-up value
  V: (number | null)[] // critic's value of the state
  R: (number | null)[] // own reward
  P: (number | null)[] // prior
  /** Standard error of Q where it can be told (sd of an assessment, else from N and Q), the colour "uncertainty". */
  se: (number | null)[]
  /** Spent at that node (its proposals, judgements, steps): calls, tokens, dollars. */
  calls: number[]
  tokens: number[]
  usd: (number | null)[]
}
export const flagNames = [...flagsOfTree, 'taken'] as const
/**
 * GET /api/runs/{run}/events (SSE), from what `after` or Last-Event-ID holds, else from the beginning.
 *
 * | event | data |
 * |---|---|
 * | tree | TreeGrowth: rows that are new, and statistics that changed. At most 30 a second; many changes come together |
 * | flight | Flight: effects that are under way |
 * | answer | Best: what is known of it at the beginning, also of a run that is over; then whenever there is a better one |
 * | run | RunRow: status, spend, verdict |
 * | act | ActRecord |
 * | said | { time, kind, text }: retries, rate limits, the store waiting |
 * | end | RunRow: the run is over or parked; the stream ends |
 */
export interface TreeGrowth {
  from: number // row of the first new one
  parent: number[]
  rank: number[]
  born: (number | null)[]
  stats: TreeStats
  /** Seconds of the run. */
  time: number
}
export interface Flight {
  effects: { row: number | null; kind: string; what: string; since: number }[]
  of: number // slots
}
export interface Best {
  text: string
  score: number | null
  verified: boolean | null
  rows: number[] // root to leaf
}
/** GET /api/runs/{run}/labels?rows=1,2,3 -> { labels: Record<row, string> }: actions in short, at most 2,000 at once. GET /api/runs/{run}/search?text= -> { rows: number[] } */

// -------------------------------------------------------------------------------------------------------------------- node
/** GET /api/runs/{run}/nodes/{row}?wait=SECONDS: how long it may wait for prompts that have to be made from the record (default 2). */
export interface NodeDetail {
  run: string
  row: number
  key: string // its address
  parent: number | null
  depth: number
  action: string | null
  state: string
  /** As the model sees the state, where the world can say it. */
  rendered: string | null
  flags: string[]
  outcome: { answer: string; failed: boolean; open: boolean; reward: number | null; feedback: string | null } | null
  stats: Record<string, number | null> // N O W Q P M F V R, and the columns that the method made
  /** Each critic's word on it. */
  judgements: {
    by: string
    column: string
    value: number | null
    sd: number | null
    critique: string | null
    parts: Record<string, number> | null
  }[]
  /** How it was drawn. */
  draws: { text: string | null; logprob: number | null; prior: number | null; tokens: Token[] | null }[]
  /** Effects at its address with their exact prompts. */
  effects: EffectDetail[]
  /** Its siblings and itself in tree order, at most 200, with the terms by which the method chose among them where it can say. */
  siblings: {
    row: number
    action: string
    N: number
    Q: number | null
    V: number | null
    P: number | null
    terms: Record<string, number | null> | null
  }[]
  /** Its children, at most 200, the same. */
  children: NodeDetail['siblings']
  notes: { kind: string; scope: string; text: string }[]
  spent: { calls: number; tokens: number; usd: number | null }
  /** Prompts, judgements and terms are being made from the record, which is this far (0 to 1): ask again. */
  pending?: { progress: number }
}
export interface Token {
  text: string
  logprob: number
}
export interface EffectDetail {
  k: number
  kind: string // sample, call, score, step ...
  status: 'ok' | 'error' | 'timeout' | 'cancelled' | 'open'
  began: number
  ended: number | null
  usage: Partial<Usage>
  cached: boolean
  prompt: { role: string; content: string }[] | null // null: not a model's
  /** What was asked for beside it: temperature, n, schema. */
  options: Record<string, unknown> | null
  samples: { text: string; finish: string | null; tokens: Token[] | null }[]
  /** The answer of what is no model, or an error, as text. */
  reply: string | null
}

// -------------------------------------------------------------------------------------------------------------------- acts
/**
 * POST /api/runs/{run}/acts -> ActAnswer. Each but pause is a record of the journal; a replay does the same at the same place. 409 where it cannot be done now.
 *
 * | do | means |
 * |---|---|
 * | pause | what is in flight ends, the run can be resumed; nothing of it depends on when |
 * | resume | goes on in this server; with `budget`, limits are raised first |
 * | stop | no further effects: the method lands with the best so far |
 * | raise | higher limits, of a run under way or (then it goes on) of one that is over |
 * | prune, pin, unpin | of the node `row` |
 * | prefer | `row` over `than`: a pair for training; the search is not changed |
 * | edit | `text` as another action beside the one of `row` (or, with `under`, below it): it is taken, and the method may go on from it |
 * | fork | a new run that begins with this one's record up to (and with) the row `at`, or all of it, with the edit of `text` at `row` where given |
 *
 * A fork may have another `budget`, `seed` and `model` (the policy's) from there on: the record until there is its own. With another `method`, `preset` or `knobs` it is another
 * search, which no record can begin: it begins with the task, and what it asks alike is answered from the record until there at its recorded price; with another seed it
 * draws all anew.
 */
export type ActBody =
  | { do: 'pause' | 'stop' }
  | { do: 'resume'; budget?: Limits | string }
  | { do: 'raise'; budget: Limits | string }
  | { do: 'prune' | 'pin' | 'unpin'; row: number }
  | { do: 'prefer'; row: number; than: number; why?: string }
  | { do: 'edit'; row: number; text: string; under?: boolean }
  | ({
      do: 'fork'
      at?: number
      row?: number
      text?: string
      under?: boolean
      seed?: number
      model?: string
    } & WhatIfBody)
export interface ActAnswer {
  run: RunRow // of the fork, where one was made
  /** false: it will be, when the process that works on it reads it, or when the run is resumed. */
  recorded: boolean
  row?: number // of an edit: the new one
}
/** GET /api/runs/{run}/acts -> { acts: ActRecord[] } */
export interface ActRecord {
  time: number
  do: string
  row: number | null
  than?: number
  text?: string
  limits?: Limits
  pending?: boolean
}
/** POST /api/runs/{run}/what-if -> WhatIfAnswer; nothing is asked of any model. */
export interface WhatIfBody {
  method?: string
  preset?: string
  knobs?: Record<string, KnobValue>
  budget?: Limits | string
}
export interface WhatIfAnswer {
  method: string
  /** Share of its requests that the record covers; 1: exactly what would have happened. */
  covered: number
  requests: number
  answer: string | null
  solved: boolean | null
  score: number | null
  spent: Partial<Usage>
  ended: string
  nodes: number
}
/** GET /api/runs/{run}/curve -> { points: CurvePoint[] }: how good the answer was for what had been spent. */
export interface CurvePoint {
  calls: number
  tokens: number
  usd: number | null
  seconds: number
  score: number | null
  solved: boolean | null
  text: string
}

// ----------------------------------------------------------------------------------------------------------------- compare
/** GET /api/comparisons -> { comparisons: ComparisonRow[] }; GET /api/comparisons/{id} -> Comparison, as `compare --json` gives it (of one under way: what is known). */
export interface ComparisonRow {
  id: string
  created: number
  status: RunStatus
  /** Who works on it: this server, another process (its acts then go through the store), nobody. */
  worker: 'here' | 'elsewhere' | null
  /** It was ended before all of it was done. */
  stopped: boolean
  world: string
  methods: string[]
  items: number
  seeds: number
  cells: number
  done: number
  verdict: string | null
}
export type { Comparison }
/** POST /api/comparisons -> 201 ComparisonRow; GET /api/comparisons/{id}/events (SSE): `cell`, `comparison` (ComparisonRow), `end`. */
export interface NewComparisonBody {
  world: string
  tasks?: string[]
  n?: number
  split?: string
  methods: string[]
  model?: string
  budget: Limits | string
  seeds?: number
  concurrency?: number
}
/**
 * POST /api/comparisons/{id}/acts -> ComparisonRow. 409 where it cannot be done now.
 *
 * | do | means |
 * |---|---|
 * | pause | no further run begins; those under way are parked once what is in flight has ended |
 * | resume | goes on in this server: what is finished is read, what was parked (or left by a process that was killed) goes on where it was |
 * | stop | as pause, and it is over: its result is about what is finished. Only resume takes it up again |
 */
export interface ComparisonActBody {
  do: 'pause' | 'resume' | 'stop'
}
/** POST /api/summary { runs: string[] } -> Summary: several runs side by side, whatever they were; quality against spend by method with intervals, and a table by task. */
export type { Summary }

// -------------------------------------------------------------------------------------------------------- data and training
/** POST /api/data/preview -> DataPreview; POST /api/data/export -> the file (attachment; JSON Lines or Parquet). */
export interface DataBody {
  runs: string[]
  format: string
  /** As the options of `espalier export`. */
  options?: Record<string, string | number | boolean>
  file?: 'jsonl' | 'parquet'
}
export interface DataPreview {
  format: string
  columns: string[]
  count: number
  rows: Record<string, unknown>[] // the first 20
  /** The data card: counts, sources, spend, filters. */
  card: Record<string, unknown>
}
/** GET /api/loops -> { loops: LoopRow[] } */
export interface LoopRow {
  name: string
  loop: string
  world: string
  seed: number
  rounds: number
  of: number | null
  active: boolean
  updated: number
}
/** GET /api/loops/{name} -> LoopDetail; GET /api/loops/{name}/events (SSE): `progress` (what it does now), `point` (TrainPoint), `loop` (LoopDetail). POST /api/loops { loop, rounds, seed, parts, quick, budget, name? } -> 201 LoopRow; POST /api/loops/{name}/acts { do: 'pause' | 'resume' | 'stop', rounds? } -> LoopRow: pause lands at a checkpoint, stop does and wants no further rounds; both whichever process trains. */
export interface LoopDetail extends LoopRow {
  plan: Record<string, unknown>
  /** Of each round: held-out rates with their intervals, rows, spend. Round 0: before any training. */
  measured: {
    round: number
    greedy: { rate: number; interval: [number, number] }
    search: { rate: number; interval: [number, number]; calls: number }
    problems: number
    solved: number
    calls: number
    rows: Record<string, number>
    policy: string
    critic: string
    seconds: number
  }[]
  /** Steps of every training so far. */
  points: TrainPoint[]
}
export interface TrainPoint {
  round: number
  part: 'policy' | 'value'
  step: number
  loss: number | null
  heldOut: number | null
}

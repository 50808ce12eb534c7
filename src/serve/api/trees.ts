// The trees of runs, wherever they come from: a search under way here, what is kept of one that is over, or the record run again.
import type { EdgeId, NodeId } from '../../contract/index.ts'
import { decodeNumbers, decodingTree, type FlatTree } from '../../kernel/index.ts'
import { answerText, type Planned, Requests, type Rerun, rerun, worldEntry } from '../../run/index.ts'
import { brief, Ledger } from '../../runtime/index.ts'
import type { RunHandle, RunMeta, Store } from '../../store/index.ts'
import type { WorldEntry } from '../../world/index.ts'
import type { Desk, Live } from '../desk.ts'
import { Refusal } from '../refusal.ts'
import { Feed } from './feed.ts'
import { gently } from './gently.ts'
import { keptOf, planOfRun } from './row.ts'
import type { Best } from './wire.ts'

/** What it takes to draw a run's tree. */
export interface Drawn {
  /** Of a run under way here: the search itself. */
  readonly live: Live | null
  readonly feed: Feed
  /** All columns as they were sent, by their cursor. */
  readonly sent: Map<string, Uint8Array<ArrayBuffer>>
}
/** A run's tree, to be looked at. */
export interface Shown extends Drawn {
  readonly id: string
  readonly entry: WorldEntry
  readonly tree: FlatTree
  readonly ledger: Ledger
  /** The best answer that is known of, and where it lies. */
  best: Best | null
}
/** Of a run that is over. */
interface Kept {
  readonly updated: number
  readonly sent: Drawn['sent']
  /** One for both: a cursor means the same to those who draw the tree and to those who look into it. */
  feed?: Feed
  drawn?: Promise<Drawn>
  shown?: Promise<Shown>
}
/** A record that was run again, with what it asked of its models. */
export interface Again extends Rerun {
  readonly requests: Requests
  readonly entry: WorldEntry
  /** Milliseconds that it took. */
  readonly took: number
}

/** Trees that are kept decoded: so many, and so many rows of them all. */
const keptTrees = 8
const keptRows = 600_000
/** Records that are kept as they ran again. */
const keptReruns = 2

export class Trees {
  readonly #desk: Desk
  readonly #live = new WeakMap<object, Shown>()
  /** Last used last. */
  readonly #kept = new Map<string, Kept>()
  readonly #again = new Map<string, { records: number; again: Promise<Again> }>()
  readonly #followed = new Map<string, { feed: Feed; shown: Shown; at: number; took: number; records: number }>()
  /** One at a time, so that the server has time for others. */
  #turn: Promise<unknown> = Promise.resolve()
  constructor(desk: Desk) {
    this.#desk = desk
  }

  /** The tree with its states. @throws Failure, Refusal (409) where it cannot be read */
  async of(store: Store, meta: RunMeta): Promise<Shown> {
    const live = this.#desk.live.get(meta.id)
    if (live !== undefined) return this.#ofLive(meta.id, live)
    if (meta.status === 'running') return this.#follow(store, meta)
    const kept = this.#over(meta)
    kept.shown ??= this.#keep(meta.id, kept, this.#load(store, meta, kept))
    return kept.shown
  }
  /** What is drawn of it: much sooner there than its states, where there are many. @throws Failure, Refusal (409) where it cannot be read */
  async drawn(store: Store, meta: RunMeta): Promise<Drawn> {
    if (this.#desk.live.has(meta.id) || meta.status === 'running') return this.of(store, meta)
    const kept = this.#over(meta)
    kept.drawn ??= this.#keep(meta.id, kept, this.#draw(store, meta, kept))
    return kept.drawn
  }
  #over(meta: RunMeta): Kept {
    const had = this.#kept.get(meta.id)
    const kept: Kept = had?.updated === meta.updated ? had : { updated: meta.updated, sent: new Map() }
    this.#kept.delete(meta.id)
    this.#kept.set(meta.id, kept)
    return kept
  }
  #keep<T>(id: string, kept: Kept, made: Promise<T>): Promise<T> {
    made.then(
      () => this.#trim(),
      () => {
        if (this.#kept.get(id) === kept) this.#kept.delete(id)
      },
    )
    return made
  }
  #ofLive(id: string, live: Live): Shown {
    const had = this.#live.get(live.run)
    if (had !== undefined) return had
    const { run, planned } = live
    const feed = new Feed(run.tree, run.ledger, () => run.time)
    const shown: Shown = { id, entry: planned.entry, live, feed, tree: run.tree, ledger: run.ledger, sent: new Map(), best: null }
    run.listen(e => {
      if (e.kind === 'answer') shown.best = bestOf(run.tree, e.data)
    })
    this.#live.set(run, shown)
    return shown
  }
  #trim(): void {
    let rows = 0
    for (const [id, { feed }] of [...this.#kept].reverse()) {
      rows += feed?.tree.size ?? 0
      if (rows > keptRows && this.#kept.size > 1) this.#kept.delete(id)
    }
    for (const id of this.#kept.keys()) {
      if (this.#kept.size <= keptTrees) break
      this.#kept.delete(id)
    }
  }
  async #draw(store: Store, meta: RunMeta, kept: Kept): Promise<Drawn> {
    const snapshots = store.snapshots(meta.id)
    const [data, spent] = await Promise.all([snapshots.read('tree'), snapshots.read('ledger')])
    // What is not kept is made again with the whole.
    if (!(data instanceof Uint8Array && spent instanceof Uint8Array)) return this.of(store, meta)
    const { sent } = kept
    kept.feed ??= new Feed(decodeNumbers(data), Ledger.decode(spent), () => meta.spent.seconds ?? 0)
    return { live: null, feed: kept.feed, sent }
  }
  async #load(store: Store, meta: RunMeta, kept: Kept): Promise<Shown> {
    const { id } = meta
    const snapshots = store.snapshots(id)
    const data = await snapshots.read('tree')
    const shown = (entry: WorldEntry, tree: FlatTree, ledger: Ledger, time: number): Shown => {
      if (kept.feed === undefined) kept.feed = new Feed(tree, ledger, () => time)
      else kept.feed.point(tree, ledger, () => time)
      return { id, entry, live: null, feed: kept.feed, tree, ledger, sent: kept.sent, best: keptBest(store, meta, tree) }
    }
    if (!(data instanceof Uint8Array)) {
      const again = await this.again(store, meta)
      return shown(again.entry, again.run.tree, again.run.ledger, again.run.time)
    }
    const entry = await worldEntry(planOfRun(meta)?.world ?? meta.world)
    const { world } = entry
    const decoding = decodingTree(data, {
      outcome: s => world.outcome(s),
      ...(world.key === undefined ? {} : { key: s => world.key!(s) }),
      ...(world.player === undefined ? {} : { player: s => world.player!(s) }),
    })
    const tree: FlatTree = await gently(decoding)
    const spent = await snapshots.read('ledger')
    const ledger = spent instanceof Uint8Array ? Ledger.decode(spent) : await this.#read(store, meta, tree)
    return shown(entry, tree, ledger, meta.spent.seconds ?? 0)
  }
  /** What was spent where, from the journal of a run that kept no ledger. */
  async #read(store: Store, meta: RunMeta, tree: FlatTree): Promise<Ledger> {
    const out = new Ledger()
    const handle = store.open(meta.id)
    try {
      const at = new Map<number, string>()
      let n = 0
      for (const r of handle.journal.read()) {
        if (r.t === 'open') at.set(r.k, r.at)
        else if (r.t === 'done') {
          const e = tree.find((at.get(r.k) ?? '').slice(0, 16))
          at.delete(r.k)
          out.charge(Math.max(e, 0) as EdgeId, r.usage)
        }
        if (++n % 5000 === 0) await new Promise(setImmediate)
      }
    } finally {
      handle.close()
    }
    return out
  }

  /** A run of another process, or of none: its record as far as it goes, read again at most so often that most of the time is left for others. */
  async #follow(store: Store, meta: RunMeta): Promise<Shown> {
    const had = this.#followed.get(meta.id)
    const now = performance.now()
    if (had !== undefined && now - had.at < Math.max(1000, 4 * had.took)) return had.shown
    const again = await this.again(store, meta)
    const { tree, ledger, time } = again.run
    const feed = had?.feed ?? new Feed(tree, ledger, () => time)
    feed.point(tree, ledger, () => time)
    const shown: Shown = { id: meta.id, entry: again.entry, live: null, feed, tree, ledger, sent: new Map(), best: null }
    this.#followed.delete(meta.id)
    this.#followed.set(meta.id, { feed, shown, at: performance.now(), took: again.took, records: again.records })
    for (const id of this.#followed.keys()) {
      if (this.#followed.size <= keptTrees) break
      this.#followed.delete(id)
    }
    return shown
  }
  /** The feed of a run that was followed, to be ended with its last tree. */
  followed(id: string): Feed | undefined {
    return this.#followed.get(id)?.feed
  }
  /** What is in flight, by the record of a run of another process. */
  async underWay(store: Store, meta: RunMeta): Promise<ReturnType<Rerun['run']['underWay']>> {
    return (await (this.#again.get(meta.id)?.again ?? this.again(store, meta))).run.underWay()
  }

  /** The record of a run, run again; kept until there is more of it. @throws Refusal (409) where a program's own parts are needed */
  async again(store: Store, meta: RunMeta): Promise<Again> {
    const handle = store.open(meta.id)
    let begun = false
    try {
      const records = handle.journal.size
      const had = this.#again.get(meta.id)
      if (had !== undefined && had.records === records) {
        this.#again.delete(meta.id)
        this.#again.set(meta.id, had)
        return await had.again
      }
      begun = true
      const again = this.#run(handle).finally(() => handle.close())
      this.#again.delete(meta.id)
      this.#again.set(meta.id, { records, again })
      again.catch(() => this.#again.delete(meta.id))
      for (const id of this.#again.keys()) {
        if (this.#again.size <= keptReruns) break
        this.#again.delete(id)
      }
      return await again
    } finally {
      if (!begun) handle.close()
    }
  }
  async #run(handle: RunHandle): Promise<Again> {
    const { meta } = handle
    const planned = await framedOf(this.#desk, meta)
    const requests = new Requests()
    const mine = this.#turn.then(async () => {
      const from = performance.now()
      const r = await rerun(handle, planned, { tap: requests })
      return { ...r, requests, entry: planned.entry, took: performance.now() - from }
    })
    this.#turn = mine.catch(() => {})
    return mine
  }
}

/** Frame and task of a run on record. @throws Refusal (409) where it was made by a program with parts of its own */
export async function framedOf(desk: Desk, meta: RunMeta, changes: object = {}): Promise<Planned> {
  const plan = planOfRun(meta)
  if (plan === undefined)
    throw new Refusal(409, 'own_parts', `run ${meta.id} was started by a program with parts of its own: go on with it from that program`)
  return desk.framed({ ...plan, ...changes })
}

/** An answer as it is told: its rows are those from the root to its node, none where it is no single node's. */
export function bestOf(tree: FlatTree, a: { text: string; score: number; verified: boolean | null; nodes: readonly number[] }): Best {
  const leaf = a.nodes[0]
  return {
    text: a.text,
    score: Number.isFinite(a.score) ? a.score : null,
    verified: a.verified,
    rows: leaf === undefined ? [] : tree.path(leaf as EdgeId),
  }
}
/** The answer of a run that nobody works on, by what was kept of the way to it. */
function keptBest(store: Store, meta: RunMeta, tree: FlatTree): Best | null {
  if (meta.answer === null) return null
  const rows = (keptOf(store, meta.id)?.path ?? []).map(e => tree.find(e.key))
  return {
    text: answerText(meta.answer, 500),
    score: meta.score,
    verified: meta.solved,
    rows: rows.length === 0 || rows.includes(-1) ? [] : [0, ...rows],
  }
}

/** An action in short, as its world writes it. */
export function labelOf({ tree: t, entry }: Pick<Shown, 'tree' | 'entry'>, e: EdgeId, most = 60): string {
  if (e === 0) return ''
  const action = t.action(e)
  let p: EdgeId = t.parent(e)!
  while (!t.taken(p)) p = t.parent(p)!
  try {
    return brief(entry.world.show?.(action, t.state(p as NodeId)) ?? action, most)
  } catch {
    return brief(action, most)
  }
}

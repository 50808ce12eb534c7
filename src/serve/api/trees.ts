// The trees of runs, wherever they come from: a search under way here, what is kept of one that is over, or the record run again.
import type { EdgeId, NodeId } from '../../contract/index.ts'
import { decodingTree, Failure, type FlatTree, recallTerms } from '../../kernel/index.ts'
import { answerText, keepDeep, type Planned, Requests, type Rerun, rerun, worldEntry, worthKeeping } from '../../run/index.ts'
import { brief, Ledger, type Run } from '../../runtime/index.ts'
import type { RunHandle, RunMeta, Store } from '../../store/index.ts'
import type { WorldEntry } from '../../world/index.ts'
import type { Desk, Live } from '../desk.ts'
import { Refusal } from '../refusal.ts'
import { Feed } from './feed.ts'
import { gently } from './gently.ts'
import { keptOf, planOfRun } from './row.ts'
import type { Best } from './wire.ts'

/** A run's tree, to be looked at. */
export interface Shown {
  readonly id: string
  /** Of a run under way here: the search itself. */
  readonly live: Live | null
  readonly feed: Feed
  /** All columns as they were sent, by their cursor. */
  readonly sent: Map<string, Uint8Array<ArrayBuffer>>
  readonly entry: WorldEntry
  readonly tree: FlatTree
  readonly ledger: Ledger
  /** The best answer that is known of, and where it lies. */
  best: Best | null
}
/** Of a run that is over. */
interface Kept {
  readonly updated: number
  /** What its record tells beside the tree, where that was kept; null: it was not. */
  requests?: Promise<Requests | null>
  shown?: Promise<Shown>
}
/** A record that was run again, with what it asked of its models. */
export interface Again extends Rerun {
  readonly requests: Requests
  readonly entry: WorldEntry
  /** Milliseconds that it took. */
  readonly took: number
}
/** A record that runs again, or did, or waits for it. */
interface Rerunning {
  readonly records: number
  readonly rows: number
  readonly again: Promise<Again>
  readonly stop: AbortController
  /** When somebody asked for it last. */
  asked: number
  state: 'waits' | 'runs' | 'done'
  /** How far it is, from 0 to 1. */
  progress(): number
}

/** Trees that are kept decoded: so many, and so many rows of them all. */
const keptTrees = 8
const keptRows = 600_000
/** Records that are kept as they ran again, and those that run at a time: these many rows of them all at most, or one. */
const keptReruns = 4
const rerunRows = 600_000
/** Milliseconds after which a record that nobody has asked for since gives its place to another. */
const forgotten = 10_000

export class Trees {
  readonly #desk: Desk
  readonly #live = new WeakMap<object, Shown>()
  /** Last used last. */
  readonly #kept = new Map<string, Kept>()
  readonly #rows = new WeakMap<Kept, number>()
  readonly #again = new Map<string, Rerunning>()
  readonly #followed = new Map<string, { feed: Feed; shown: Shown; at: number; took: number; records: number }>()
  /** Those that wait for a place, in the order in which they came. */
  #waiting: (() => void)[] = []
  constructor(desk: Desk) {
    this.#desk = desk
    // What is read for people alone is put down at once.
    desk.closing(async () => {
      for (const r of this.#again.values()) r.stop.abort(new Refusal(503, 'closing', 'the server is shutting down'))
    })
  }

  /** The tree of a run. @throws Failure, Refusal (409) where it cannot be read */
  async of(store: Store, meta: RunMeta): Promise<Shown> {
    const live = this.#desk.live.get(meta.id)
    if (live !== undefined) return this.#ofLive(meta.id, live)
    if (meta.status === 'running') return this.#follow(store, meta)
    const kept = this.#over(meta)
    if (kept.shown === undefined) {
      kept.shown = this.#load(store, meta)
      kept.shown.then(
        ({ tree }) => {
          this.#rows.set(kept, tree.size)
          this.#trim()
        },
        () => {
          if (this.#kept.get(meta.id) === kept) this.#kept.delete(meta.id)
        },
      )
    }
    return kept.shown
  }
  /** What the record of a run that is over tells beside its tree, where that was kept; null: its record has to be run again for it. */
  requests(store: Store, meta: RunMeta): Promise<Requests | null> {
    const kept = this.#over(meta)
    kept.requests ??= store
      .snapshots(meta.id)
      .read('requests')
      .then(data => (data instanceof Uint8Array ? Requests.decode(data) : null))
      .catch(() => null)
    return kept.requests
  }
  #over(meta: RunMeta): Kept {
    const had = this.#kept.get(meta.id)
    const kept: Kept = had?.updated === meta.updated ? had : { updated: meta.updated }
    this.#kept.delete(meta.id)
    this.#kept.set(meta.id, kept)
    return kept
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
    for (const [id, kept] of [...this.#kept].reverse()) {
      rows += this.#rows.get(kept) ?? 0
      if (rows > keptRows && this.#kept.size > 1) this.#kept.delete(id)
    }
    for (const id of this.#kept.keys()) {
      if (this.#kept.size <= keptTrees) break
      this.#kept.delete(id)
    }
  }
  async #load(store: Store, meta: RunMeta): Promise<Shown> {
    const { id } = meta
    const snapshots = store.snapshots(id)
    const shown = (entry: WorldEntry, tree: FlatTree, ledger: Ledger, time: number): Shown => {
      const feed = new Feed(tree, ledger, () => time)
      return { id, entry, live: null, feed, tree, ledger, sent: new Map(), best: keptBest(store, meta, tree) }
    }
    const [data, spent, terms] = await Promise.all(['tree', 'ledger', 'terms'].map(kind => snapshots.read(kind)))
    if (!(data instanceof Uint8Array)) {
      const again = await this.again(store, meta)
      return shown(again.entry, again.run.tree, again.run.ledger, again.run.time)
    }
    const entry = await worldEntry(planOfRun(meta)?.world ?? meta.world).catch(() => elsewhere(meta.world))
    const { world } = entry
    const decoding = decodingTree(data, {
      outcome: s => world.outcome(s),
      ...(world.key === undefined ? {} : { key: s => world.key!(s) }),
      ...(world.player === undefined ? {} : { player: s => world.player!(s) }),
    })
    const tree: FlatTree = await gently(decoding)
    try {
      if (terms instanceof Uint8Array) recallTerms(tree, terms)
    } catch {
      // Of another state of the run: then its record tells them.
    }
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

  /** The record of a run, run again; kept until there is more of it. One that is being read is taken as it was when that began. @throws Refusal (409) where a program's own parts are needed */
  async again(store: Store, meta: RunMeta): Promise<Again> {
    const handle = store.open(meta.id)
    const records = handle.journal.size
    const had = this.#again.get(meta.id)
    if (had !== undefined && (had.records === records || had.state !== 'done') && !had.stop.signal.aborted) {
      handle.close()
      had.asked = performance.now()
      this.#again.delete(meta.id)
      this.#again.set(meta.id, had)
      return had.again
    }
    const stop = new AbortController()
    let going: Run<any, any, any> | undefined
    const begun: Omit<Rerunning, 'again'> = {
      records,
      rows: Math.max(meta.nodes, records),
      stop,
      asked: performance.now(),
      state: 'waits',
      // Each completion has a record of its beginning.
      progress: () => Math.min(1, (2 * (going?.report.replayed ?? 0)) / Math.max(1, records)),
    }
    const read = async (): Promise<Again> => {
      try {
        await this.#place(begun)
        return await this.#run(handle, stop.signal, run => (going = run))
      } finally {
        begun.state = 'done'
        handle.close()
        for (const next of this.#waiting.splice(0)) next()
      }
    }
    const rerunning: Rerunning = Object.assign(begun, { again: read() })
    this.#again.delete(meta.id)
    this.#again.set(meta.id, rerunning)
    rerunning.again.then(
      again => {
        this.#forget()
        if (meta.status !== 'running' && again.requests.size >= worthKeeping) keepWhatIsTold(store, meta.id, again)
      },
      () => {
        if (this.#again.get(meta.id) === rerunning) this.#again.delete(meta.id)
      },
    )
    return rerunning.again
  }
  /** How far the record of a run is that runs again, from 0 to 1. */
  progress(id: string): number {
    return this.#again.get(id)?.progress() ?? 0
  }
  /** Waits until there is room for it among those that run. */
  async #place(r: Omit<Rerunning, 'again'>): Promise<void> {
    for (;;) {
      r.stop.signal.throwIfAborted()
      const running = [...this.#again.values()].filter(x => x.state === 'runs')
      const rows = running.reduce((sum, x) => sum + x.rows, 0)
      if (running.length === 0 || rows + r.rows <= rerunRows) {
        r.state = 'runs'
        return
      }
      // Whoever asked for them looks at something else by now.
      const now = performance.now()
      for (const x of running) if (now - x.asked > forgotten) x.stop.abort(new Failure('internal', 'nobody asks for it any more'))
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, 1000)
        this.#waiting.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }
  #forget(): void {
    const done = [...this.#again].filter(([, r]) => r.state === 'done')
    let rows = done.reduce((sum, [, r]) => sum + r.rows, 0)
    for (const [i, [id, r]] of done.entries()) {
      if (i === done.length - 1 || (done.length - i <= keptReruns && rows <= rerunRows)) return
      rows -= r.rows
      this.#again.delete(id)
    }
  }
  async #run(handle: RunHandle, signal: AbortSignal, onRun: (run: Run<any, any, any>) => void): Promise<Again> {
    const planned = await framedOf(this.#desk, handle.meta)
    const requests = new Requests()
    const from = performance.now()
    const r = await rerun(handle, planned, { tap: requests, onRun, signal })
    return { ...r, requests, entry: planned.entry, took: performance.now() - from }
  }
}

/** What a record told, for the next that ask. */
function keepWhatIsTold(store: Store, id: string, { requests, run }: Again): void {
  try {
    keepDeep(store.snapshots(id), requests, run.tree)
  } catch {
    // A store that cannot be written is read again next time.
  }
}
/** In the place of a world that cannot be had here: its states are shown as data. */
const elsewhere = (id: string): WorldEntry =>
  ({
    world: { id, kind: 'pure', outcome: () => null, parse: () => ({ reject: `the world ${id} is not here` }) },
    describe: id,
  }) as unknown as WorldEntry

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

// The searches of a round: each a journaled run in the store, found again by its name, so that nothing is paid for twice.
import { setImmediate as breathe } from 'node:timers/promises'
import type { Grain, Provider } from '../contract/index.ts'
import { Failure, type FlatTree } from '../kernel/index.ts'
import { type Refused, rightByReward, Teller } from '../learn/from-trees.ts'
import { continuing, frameOf, type Plan, solve, treeOf } from '../run/index.ts'
import { openStore, type RunMeta } from '../store/index.ts'
import type { Named, WorldEntry } from '../world/index.ts'
import { refusedOf } from './refused.ts'
import type { Harvest, LoopSearch } from './spec.ts'

/** The signal asked for an end: what is whole is kept. */
export class Stopped extends Error {}

export interface Searching {
  readonly store: string
  /** Of the loop: origin of its runs. */
  readonly loop: string
  readonly entry: WorldEntry
  readonly models: Readonly<Record<'policy' | 'critic', { spec: string; provider: Provider }>>
  readonly seed: number
  readonly signal?: AbortSignal | undefined
}

/** Runs of a loop by the name of their part. */
export function runsOf(store: string, loop: string): Map<string, RunMeta> {
  const s = openStore(store)
  try {
    return new Map(s.list({ origin: loop, limit: 1_000_000 }).map(m => [String(m.options.part), m]))
  } finally {
    s.close()
  }
}

/**
 * One search, or what is left of it, or what is kept of it.
 * @param part its name within the loop @param calls its budget @param hint words that its whole answers begin with
 * @throws Stopped
 */
export async function searchOnce(
  w: Searching,
  search: LoopSearch,
  problem: Named<unknown>,
  part: string,
  calls: number,
  known: ReadonlyMap<string, RunMeta>,
  hint?: string,
): Promise<Harvest> {
  const before = known.get(part)
  const world = hint === undefined ? w.entry.world : continuing(w.entry.world, hint)
  const done = (tree: FlatTree, spent: number, run: string): Harvest => ({
    name: problem.id,
    task: problem.task,
    tree,
    teller: new Teller(tree, w.entry.world, { dialect: 'tokens', drawnIn: 'tokens' }),
    right: rightByReward(tree),
    spent,
    ...(search.refused === undefined ? {} : { refused: unread(w.store, run, tree, world, search.refused) }),
    ...(hint === undefined ? {} : { hint }),
  })
  if (before?.status === 'done') {
    const store = openStore(w.store)
    try {
      return done((await treeOf(store, before.id)).tree, before.spent.calls ?? 0, before.id)
    } finally {
      store.close()
    }
  }
  const plan: Plan = {
    world: w.entry.world.id,
    task: w.entry.showTask(search.task === undefined ? problem.task : { ...(problem.task as object), ...search.task }),
    method: search.method,
    ...(search.preset === undefined ? {} : { preset: search.preset }),
    ...(search.knobs === undefined ? {} : { knobs: { ...search.knobs } }),
    models: { policy: w.models.policy.spec, critic: w.models.critic.spec },
    ...(search.reward === undefined ? {} : { reward: search.reward }),
    ...(search.sampling === undefined ? {} : { sampling: search.sampling }),
    budget: { ...search.budget, calls: Math.min(calls, search.budget.calls) },
    seed: w.seed,
    store: `${w.store}/models`,
    ...(hint === undefined ? {} : { begin: hint }),
  }
  const { frame, task } = await frameOf(plan, { policy: w.models.policy.provider, critic: w.models.critic.provider })
  w.signal?.throwIfAborted()
  const run = solve(frame, task, {
    store: w.store,
    seed: w.seed,
    // One call in flight in each search: so its tree is the same however often it was killed. Searches side by side keep the model busy.
    concurrency: 1,
    plan,
    part: { of: w.loop, name: part },
    ...(before === undefined ? {} : { resume: before.id }),
  })
  const stop = (): void => run.interrupt()
  w.signal?.addEventListener('abort', stop)
  try {
    const r = await run
    if (r.ended === 'cancelled') throw new Stopped()
    await breathe()
    return done(r.tree as FlatTree, r.spent.calls ?? 0, run.id)
  } finally {
    w.signal?.removeEventListener('abort', stop)
  }
}

/** What the world of a finished run could not read. */
function unread(folder: string, run: string, tree: FlatTree, world: WorldEntry['world'], grain: Grain): Refused[] {
  const store = openStore(folder)
  try {
    const handle = store.open(run)
    try {
      return refusedOf(handle.journal.read(), tree, world, grain)
    } finally {
      handle.close()
    }
  } finally {
    store.close()
  }
}

/** Problems of a split, in an order of their own for each seed, or easiest first. @throws Failure where the world makes none */
export function problemsOf(
  entry: WorldEntry,
  seed: number,
  split: 'train' | 'dev' | 'test',
  n: number,
  order?: 'difficulty',
): Named<unknown>[] {
  if (entry.tasks === undefined || entry.world.dialects?.tokens === undefined)
    throw new Failure(
      'usage',
      `loops need a world that makes tasks and speaks the dialect tokens; ${entry.world.id} does not`,
      'take game24, countdown or sequence',
    )
  return entry.tasks({ split, n, seed, ...(order === undefined ? {} : { order }) })
}

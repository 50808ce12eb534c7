// The searches of a round: each a journaled run in the store, found again by its name, so that nothing is paid for twice.
import { setImmediate as breathe } from 'node:timers/promises'
import type { Provider } from '../contract/index.ts'
import { Failure, type FlatTree } from '../kernel/index.ts'
import { rightByReward, Teller } from '../learn/index.ts'
import { frameOf, type Plan, solve, treeOf } from '../run/index.ts'
import { openStore, type RunMeta } from '../store/index.ts'
import type { Named, WorldEntry } from '../world/index.ts'
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
 * @param part its name within the loop @param budget of this search, in calls
 * @throws Stopped
 */
export async function searchOnce(
  w: Searching,
  search: LoopSearch,
  problem: Named<unknown>,
  part: string,
  calls: number,
  known: ReadonlyMap<string, RunMeta>,
): Promise<Harvest> {
  const before = known.get(part)
  const done = (tree: FlatTree, spent: number): Harvest => ({
    name: problem.id,
    task: problem.task,
    tree,
    teller: new Teller(tree, w.entry.world, { dialect: 'tokens', drawnIn: 'tokens' }),
    right: rightByReward(tree),
    spent,
  })
  if (before?.status === 'done') {
    const store = openStore(w.store)
    try {
      return done((await treeOf(store, before.id)).tree, before.spent.calls ?? 0)
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
    return done(r.tree as FlatTree, r.spent.calls ?? 0)
  } finally {
    w.signal?.removeEventListener('abort', stop)
  }
}

/** Problems of the train split, in an order of their own for each seed. @throws Failure where the world makes none */
export function problemsOf(entry: WorldEntry, seed: number, split: 'train' | 'dev' | 'test', n: number): Named<unknown>[] {
  if (entry.tasks === undefined || entry.world.dialects?.tokens === undefined)
    throw new Failure(
      'usage',
      `loops need a world that makes tasks and speaks the dialect tokens; ${entry.world.id} does not`,
      'take game24, countdown or sequence',
    )
  return entry.tasks({ split, n, seed })
}

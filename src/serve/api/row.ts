// A run as a row of a list: what the index knows of it, and of one under way here what it has come to.
import { Failure } from '../../kernel/index.ts'
import { answerText, changedIn, comparisonId, type Kept, type Plan, taskText } from '../../run/index.ts'
import type { RunMeta, Store } from '../../store/index.ts'
import type { Desk } from '../desk.ts'
import { isOf } from '../former.ts'
import { Refusal } from '../refusal.ts'
import type { Api, Asked } from './api.ts'
import type { RunRow } from './wire.ts'

export const planOfRun = (m: RunMeta): Plan | undefined => m.options.plan as Plan | undefined

/** The seed that a run draws by now: a fork may have another from a row on. */
export const seedOf = (m: RunMeta): number => changedIn(m).seed ?? m.seed

/** @throws Refusal (404) where there is none that this key may see */
export function runOf(api: Api, asked: Pick<Asked, 'params' | 'by'>): RunMeta {
  return visible(api.store, asked.params.run, asked.by)
}
export function visible(store: Store, id: string, by: string | undefined): RunMeta {
  const none = (): Refusal => new Refusal(404, 'no_run', `there is no run "${id.slice(0, 60)}" in this store`, { param: 'run' })
  let meta: RunMeta
  try {
    meta = store.get(id)
  } catch (e) {
    if (e instanceof Failure && e.code === 'usage') throw none()
    throw e
  }
  if (!isOf(meta, by) || meta.method.id === comparisonId) throw none()
  return meta
}

/** Who works on it; the status then says whether somebody should. */
function workerOf(desk: Desk, store: Store, m: RunMeta): RunRow['worker'] {
  if (desk.live.has(m.id)) return 'here'
  return m.status === 'running' && store.owner(m.id) !== null ? 'elsewhere' : null
}
/** What was kept beside the tree, when it was. */
export function keptOf(store: Store, id: string): Kept | null {
  try {
    const text = store.snapshots(id).load('evidence')
    return typeof text === 'string' ? (JSON.parse(text) as Kept) : null
  } catch {
    return null
  }
}

export function rowOf(desk: Desk, store: Store, m: RunMeta): RunRow {
  const live = desk.live.get(m.id)?.run
  const worker = workerOf(desk, store, m)
  const over = m.status === 'done' || m.status === 'failed'
  const kept = over ? keptOf(store, m.id) : null
  return {
    run: m.id,
    status: worker === 'here' ? 'running' : m.status === 'running' && worker === null ? 'orphan' : m.status,
    worker,
    created: m.created,
    updated: m.updated,
    world: m.world,
    task: taskText(m),
    method: m.method.id,
    preset: planOfRun(m)?.preset ?? null,
    models: m.models,
    reward: String(m.options.reward ?? planOfRun(m)?.reward ?? 'exact'),
    knobs: m.knobs,
    budget: m.limits,
    seed: seedOf(m),
    concurrency: m.concurrency,
    spent: live?.spent ?? m.spent,
    answer: m.answer === null ? null : answerText(m.answer),
    solved: m.solved,
    verifiedBy: m.verifiedBy,
    score: m.score,
    nodes: live?.tree.size ?? m.nodes,
    depth: live?.tree.deepest ?? m.depth,
    origin: m.origin,
    ended: m.status === 'failed' ? 'failed' : (kept?.ended ?? null),
    why: kept?.why ?? null,
  }
}

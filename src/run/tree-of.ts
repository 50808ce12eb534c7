// The tree of a run that is over or was interrupted, from what is kept of it. No model is asked.
import { decodeTree, type FlatTree } from '../kernel/index.ts'
import { modelKinds, parseModel } from '../model/index.ts'
import type { RunMeta, Store } from '../store/index.ts'
import type { WorldEntry } from '../world/index.ts'
import { type Plan, worldEntry } from './plan.ts'
import { replay } from './replay.ts'

export interface KeptTree {
  readonly meta: RunMeta
  readonly tree: FlatTree
  readonly entry: WorldEntry
  /** As one writes it. */
  readonly task: string
  /** The dialect in which its policy wrote. */
  readonly drawnIn: string
}

/** Snapshot where there is one, else the journal's replay. @throws Failure where neither can be read */
export async function treeOf(store: Store, id: string): Promise<KeptTree> {
  const handle = store.open(id)
  const { meta } = handle
  let data: string | Uint8Array | null
  try {
    data = handle.snapshot.load('tree')
  } finally {
    handle.close()
  }
  const plan = meta.options.plan as Plan | undefined
  const entry = await worldEntry(plan?.world ?? meta.world)
  const { world } = entry
  const tree =
    data instanceof Uint8Array
      ? decodeTree(data, {
          outcome: s => world.outcome(s),
          ...(world.key === undefined ? {} : { key: s => world.key!(s) }),
          ...(world.player === undefined ? {} : { player: s => world.player!(s) }),
        })
      : ((await replay(id, { store: store.folder })).result!.tree as FlatTree)
  return { meta, tree, entry, task: typeof meta.task === 'string' ? meta.task : entry.showTask(meta.task), drawnIn: dialectOf(meta) }
}

/** The dialect in which a run's policy wrote. */
export function dialectOf(meta: Pick<RunMeta, 'models'>): string {
  try {
    return modelKinds.find(k => k.kind === parseModel(meta.models.policy ?? '').kind)?.dialect ?? 'text'
  } catch {
    // A model of one's own: it writes words unless it says otherwise, and nothing here can ask it.
    return 'text'
  }
}

// What people do to a run that nobody works on: a record behind the others, and the flag of its node in the tree that is kept.
import { decodeTree, encodeTree, Failure, type FlatTree } from '../kernel/index.ts'
import type { Act } from '../runtime/index.ts'
import type { Store } from '../store/index.ts'
import { type Plan, worldEntry } from './plan.ts'

/**
 * Appends an act to the record of a run that is parked or over. A replay meets it at that place.
 * @throws Failure `store` where a process works on the run, or its journal is damaged
 */
export async function appendAct(store: Store, id: string, act: Extract<Act, { do: 'prefer' | 'pin' | 'unpin' | 'prune' }>): Promise<void> {
  const meta = store.get(id)
  const { world } = await worldEntry((meta.options.plan as Plan | undefined)?.world ?? meta.world)
  const handle = store.open(id, { write: true })
  try {
    const { damage } = handle.journal
    if (damage !== null) throw new Failure('store', `the journal of ${id} is damaged at record ${damage.record}: ${damage.why}`, '')
    handle.journal.append([{ t: 'act', act, time: handle.meta.spent.seconds ?? 0 }])
    // Of a run that was killed there is no tree, or an old one: it is made from the record.
    const kept = act.do === 'prefer' || handle.meta.status === 'running' ? null : handle.snapshot.load('tree')
    if (kept instanceof Uint8Array && act.do !== 'prefer') {
      const t: FlatTree = decodeTree(kept, {
        outcome: s => world.outcome(s),
        ...(world.key === undefined ? {} : { key: s => world.key!(s) }),
        ...(world.player === undefined ? {} : { player: s => world.player!(s) }),
      })
      const e = t.find(act.key)
      if (e !== -1) {
        t.flag(e, act.do === 'prune' ? 'pruned' : 'pinned', act.do !== 'unpin')
        handle.snapshot.save('tree', encodeTree(t))
      }
    }
    store.update(id, {})
  } finally {
    handle.close()
  }
}

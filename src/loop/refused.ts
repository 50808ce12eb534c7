// What the world could not read: replies that were paid for and are in no tree, looked up in the journals of their runs.
import type { Dialect, Grain, NodeId, Sample, WorldBase } from '../contract/index.ts'
import type { FlatTree } from '../kernel/index.ts'
import type { Refused } from '../learn/from-trees.ts'
import type { JournalRecord } from '../runtime/index.ts'

/**
 * Replies of a run that its world refused: every sample of the journal at a node of the tree is read again as it was read then.
 * @param grain what was asked for. Only where one kind of reply was asked for in the whole run is it known how each was read
 */
export function refusedOf(records: Iterable<JournalRecord>, tree: FlatTree, world: WorldBase<any, any, any, any>, grain: Grain): Refused[] {
  const language: Dialect<unknown, unknown> | undefined = world.dialects?.tokens
  if (language === undefined || !(world.grains ?? ['step']).includes(grain)) return []
  const nodes = new Map<string, NodeId>()
  for (let n = 0; n < tree.size; n++) if (tree.taken(n as NodeId)) nodes.set(tree.key(n as NodeId), n as NodeId)
  const asked = new Map<number, NodeId>()
  const out: { k: number; refused: Refused }[] = []
  for (const r of records) {
    if (r.t === 'open' && r.kind === 'sample') {
      const n = nodes.get(r.at)
      if (n !== undefined) asked.set(r.k, n)
    }
    if (r.t !== 'done' || r.status !== 'ok') continue
    const at = asked.get(r.k)
    if (at === undefined) continue
    for (const s of JSON.parse(r.payload) as readonly Sample[]) {
      const read = language.parse(s.text, tree.state(at), { for: grain }, s)
      const ids = s.tokens?.map(t => t.id) ?? []
      if (ids.length > 0 && typeof read === 'object' && read !== null && 'reject' in read)
        out.push({ k: r.k, refused: { at, ids, ended: s.finish === 'stop' } })
    }
  }
  // In the order in which they were asked for, whatever came back first.
  return out.sort((a, b) => a.k - b.k).map(x => x.refused)
}

// What a name on a command line stands for: a run, all runs of a comparison, or all runs of a loop.
import { Failure } from '../kernel/index.ts'
import type { RunMeta, Store } from '../store/index.ts'

/** The runs of each id, each once, in the order in which they began. @throws Failure (usage) on an id that is none */
export function runsNamed(store: Store, ids: readonly string[]): RunMeta[] {
  const parts = (of: string): RunMeta[] => store.list({ origin: of, limit: 1_000_000 }).reverse()
  const all = ids.flatMap(id => {
    let meta: RunMeta
    try {
      meta = store.get(id)
    } catch (e) {
      // The name of a loop is no run, but its searches have it as their origin.
      const searches = e instanceof Failure && e.code === 'usage' ? parts(id) : []
      if (searches.length === 0) throw e
      return searches
    }
    const own = parts(meta.id)
    return own.length > 0 ? own : [meta]
  })
  return [...new Map(all.map(m => [m.id, m])).values()]
}

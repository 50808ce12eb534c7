// Which steps people preferred to which: acts of a run's journal, which change nothing of its search.
import type { Store } from '../store/index.ts'

/** A pair for training. `better` and `worse` are addresses of edges of the run's tree (`tree.find`). */
export interface Preference {
  readonly better: string
  readonly worse: string
  readonly why?: string
}

/** The preferences on record of a run, in the order in which they were given; of a pair that was given both ways, the last word. */
export function preferencesOf(store: Store, id: string): Preference[] {
  const handle = store.open(id)
  try {
    const out = new Map<string, Preference>()
    for (const { act } of handle.journal.acts()) {
      if (act.do !== 'prefer') continue
      const { better, worse, why } = act
      out.delete(`${worse}>${better}`)
      out.delete(`${better}>${worse}`)
      out.set(`${better}>${worse}`, { better, worse, ...(why === undefined ? {} : { why }) })
    }
    return [...out.values()]
  } finally {
    handle.close()
  }
}

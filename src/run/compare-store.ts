// A comparison in the store: a run of its own, and the cells' runs, whose origin it is.
import type { Limits } from '../contract/index.ts'
import { canonical, Failure } from '../kernel/index.ts'
import { type Letter, openStore, type RunHandle, type RunMeta, type Store } from '../store/index.ts'
import type { CellRecord } from './compare-cell.ts'
import type { Comparison } from './compare-result.ts'
import { contractVersion } from './solve.ts'

/** An open comparison. Its own run holds the lock: one process works on it. */
export interface Shelf {
  handle: RunHandle
  cells: Map<string, RunMeta>
  finished: number
  keep(run: string, record: CellRecord): void
  /** Takes what others left word of. */
  letters(): readonly Letter[]
  end(status: 'done' | 'paused', result?: Comparison): void
  close(): void
}

/** The method id of a comparison's own run. */
export const comparisonId = 'compare'

/** Begins a comparison in a store, or opens one to go on with. @throws Failure */
export function openShelf(
  folder: string,
  o: { resume?: string; plan?: unknown; durability?: 'crash' | 'power' },
  asked: Record<string, unknown>,
): Shelf {
  const store: Store = openStore(folder, o.durability === undefined ? {} : { durability: o.durability })
  let handle: RunHandle | undefined
  try {
    if (o.resume === undefined) {
      handle = store.create({
        world: asked.world as string,
        method: { id: comparisonId, version: 1 },
        models: asked.models as Record<string, string>,
        task: `${(asked.items as { count: number }).count} tasks, ${(asked.methods as unknown[]).length} methods`,
        options: { comparison: asked, ...(o.plan === undefined ? {} : { comparePlan: o.plan }) },
        limits: asked.budget as Limits,
        seed: asked.seed as number,
        concurrency: asked.concurrency as number,
        contractVersion,
      })
    } else {
      handle = store.open(o.resume, { write: true })
      agree(handle.meta, asked)
      const { stopped: _, ...options } = handle.meta.options
      store.update(handle.id, { status: 'running', options })
    }
  } catch (e) {
    handle?.close()
    store.close()
    throw e
  }
  const mine = handle
  const cells = new Map<string, RunMeta>()
  if (o.resume !== undefined)
    for (const meta of store.list({ origin: mine.id })) {
      const name = meta.options.part as string | undefined
      // Of two runs of one cell the finished one counts.
      if (name === undefined || cells.get(name)?.options.graded !== undefined) continue
      const good = meta.options.graded === undefined ? usable(store, meta, mine.id) : meta
      if (good !== null) cells.set(name, good)
    }
  return {
    handle: mine,
    cells,
    finished: [...cells.values()].filter(m => m.status === 'done' && m.options.graded !== undefined).length,
    keep(run, record) {
      store.update(run, { options: { ...store.get(run).options, graded: record } })
    },
    letters: () => store.take(mine),
    end(status, result) {
      if (result !== undefined) mine.snapshot.save('comparison', JSON.stringify(result))
      if (result?.ended === 'stopped') {
        mine.journal.append([{ t: 'act', act: { do: 'stop' }, time: result.spent.seconds }])
        store.update(mine.id, { options: { ...mine.meta.options, stopped: true } })
      }
      store.update(mine.id, { status, ...(result === undefined ? {} : { spent: result.spent, answer: result.verdict }) })
    },
    close() {
      mine.close()
      store.close()
    },
  }
}

/** The run of an unfinished cell as it can be resumed. null: the process ended before its journal was there, so nothing was paid. */
function usable(store: Store, meta: RunMeta, of: string): RunMeta | null {
  let damaged: boolean
  try {
    const handle = store.open(meta.id)
    damaged = handle.journal.damage !== null
    handle.close()
  } catch (e) {
    if (e instanceof Failure && e.code === 'store') return null
    throw e
  }
  if (!damaged) return meta
  const whole = store.salvage(meta.id)
  store.update(whole, { origin: of })
  return store.get(whole)
}

/** What a resumed comparison must have in common with its record: everything that its cells follow from. */
function agree(meta: RunMeta, asked: Record<string, unknown>): void {
  const was = meta.options.comparison as Record<string, unknown> | undefined
  if (meta.method.id !== comparisonId || was === undefined)
    throw new Failure('usage', `run ${meta.id} is no comparison`, `espalier resume ${meta.id}`)
  for (const [what, value] of Object.entries(asked))
    if (canonical(was[what]) !== canonical(value))
      throw new Failure(
        'store',
        `comparison ${meta.id} was made with other ${what}: ${short(was[what])}, and this is ${short(value)}`,
        'start a new comparison, or resume this one as it was begun',
      )
}
const short = (x: unknown): string => {
  const text = canonical(x)
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}

/** The finished comparison of an id; null: it has not ended yet. */
export function readComparison(id: string, o: { store: string }): Comparison | null {
  const store = openStore(o.store)
  try {
    const handle = store.open(id)
    const kept = handle.snapshot.load('comparison')
    return typeof kept === 'string' ? (JSON.parse(kept) as Comparison) : null
  } finally {
    store.close()
  }
}

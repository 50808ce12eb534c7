// A comparison put together from its cells: at its end, and of one under way from what the store holds of it.
import type { Limits } from '../contract/index.ts'
import { bestOfN } from '../method/index.ts'
import type { RunMeta, Store } from '../store/index.ts'
import type { CellRecord } from './compare-cell.ts'
import type { Excluded } from './compare-field.ts'
import type { CellResult, Comparison } from './compare-result.ts'
import { type Cell, meanUsage, rows, unitOf } from './compare-statistics.ts'
import { comparisonId } from './compare-store.ts'
import { verdict } from './compare-verdict.ts'

/** What a comparison was asked for, as its run in the store has it. */
export interface Asked {
  methods: readonly { label: string; id: string }[]
  items: { count: number }
  world: string
  models: Record<string, string>
  reward: string
  grader: string
  budget: Limits
  seeds: number
  seed: number
  concurrency: number
}
/** A cell as it is shown, and what is known of it; null: it failed. */
export interface ToldCell {
  shown: CellResult
  record: CellRecord | null
}

/** @param cells in the order in which they are to be told; those of `unfit` methods are left out before */
export function tellComparison(
  id: string,
  asked: Asked,
  o: {
    ended: Comparison['ended']
    /** Those that turned out to fit. */
    methods: Asked['methods']
    excluded: Excluded[]
    /** Numbers of their items, by id. */
    items: ReadonlyMap<string, number>
    cells: readonly ToldCell[]
  },
): Comparison {
  const unit = unitOf(asked.budget) ?? 'calls'
  const names = o.methods.map(m => m.label)
  const cells = o.cells.map(
    ({ shown, record }): Cell => ({
      method: names.indexOf(shown.method),
      item: o.items.get(shown.item)!,
      seed: shown.seed - asked.seed,
      record,
    }),
  )
  const baseline = o.methods.findIndex(m => m.id === bestOfN.id)
  const sum = (read: (r: CellRecord) => CellRecord['spent']) =>
    meanUsage(
      cells.flatMap(c => (c.record === null ? [] : [read(c.record)])),
      1,
    )
  const told = {
    schema: 1 as const,
    id,
    ended: o.ended,
    world: asked.world,
    models: asked.models,
    reward: asked.reward,
    grader: asked.grader,
    budget: asked.budget,
    unit,
    items: asked.items.count,
    seeds: asked.seeds,
    concurrency: asked.concurrency,
    rows: rows(cells, {
      methods: names,
      items: asked.items.count,
      baseline: baseline < 0 ? null : baseline,
      budget: asked.budget,
      seed: asked.seed,
    }),
    excluded: o.excluded,
    spent: sum(r => r.spent),
    inDoubt: sum(r => r.inDoubt),
  }
  return { ...told, verdict: verdict(told, o.methods[baseline]?.label), cells: o.cells.map(c => c.shown) }
}

/** Of which method, item and seed a run is the cell. */
export interface CellOf {
  method: string
  item: string
  seed: number
}
/** @param part its name, which begins with one of the methods and ends with the seed; null: it is no cell of theirs */
export function cellOf(part: unknown, methods: Asked['methods']): CellOf | null {
  if (typeof part !== 'string') return null
  const label = methods
    .map(m => m.label)
    .filter(l => part.startsWith(`${l} `))
    .sort((a, b) => b.length - a.length)[0]
  const rest = label === undefined ? null : /^(.*) (\d+)$/s.exec(part.slice(label.length + 1))
  return rest === null ? null : { method: label, item: rest[1], seed: Number(rest[2]) }
}

/** Cells of a comparison that are over, in the order in which they ended. */
export function cellsSoFar(store: Store, meta: RunMeta): ToldCell[] {
  const { methods } = askedOf(meta)!
  const out: (ToldCell & { at: number })[] = []
  const seen = new Set<string>()
  // Of two runs of one cell the finished one counts.
  const parts = store
    .list({ origin: meta.id })
    .sort((a, b) => Number(b.options.graded !== undefined) - Number(a.options.graded !== undefined))
  for (const m of parts) {
    const at = cellOf(m.options.part, methods)
    const record = (m.options.graded as CellRecord | undefined) ?? null
    if (at === null || (record === null && m.status !== 'failed') || seen.has(m.options.part as string)) continue
    seen.add(m.options.part as string)
    const shown: CellResult = {
      ...at,
      run: m.id,
      correct: record?.correct ?? null,
      spent: record?.spent ?? null,
      ended: record?.ended ?? 'failed',
      ...(record?.why === undefined ? {} : { why: record.why }),
      ...(record?.note === undefined ? {} : { note: record.note }),
    }
    out.push({ shown, record, at: m.updated })
  }
  return out.sort((a, b) => a.at - b.at || (a.shown.run < b.shown.run ? -1 : 1)).map(({ shown, record }) => ({ shown, record }))
}
export const askedOf = (meta: RunMeta): Asked | undefined =>
  meta.method.id === comparisonId ? (meta.options.comparison as Asked | undefined) : undefined

/** A comparison of the store: as it ended, or what is known of one under way. undefined: the run is none. */
export function comparisonSoFar(store: Store, id: string): Comparison | undefined {
  const meta = store.get(id)
  const asked = askedOf(meta)
  if (asked === undefined) return undefined
  const handle = store.open(meta.id)
  try {
    const kept = handle.snapshot.load('comparison')
    // One that was interrupted and goes on has more to tell than when it stopped.
    if (typeof kept === 'string' && meta.status === 'done') return JSON.parse(kept) as Comparison
  } finally {
    handle.close()
  }
  const cells = cellsSoFar(store, meta)
  const items = new Map<string, number>()
  for (const c of cells) if (!items.has(c.shown.item)) items.set(c.shown.item, items.size)
  return tellComparison(meta.id, asked, {
    ended: meta.options.stopped === true ? 'stopped' : 'cancelled',
    methods: asked.methods,
    excluded: [],
    items,
    cells,
  })
}

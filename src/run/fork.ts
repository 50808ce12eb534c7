// A run that begins with another's record, and goes its own way from there. Nothing that was paid for is paid again.
import type { Limits, Usage } from '../contract/index.ts'
import { Failure } from '../kernel/index.ts'
import type { Act, JournalRecord } from '../runtime/index.ts'
import type { RunMeta, Store } from '../store/index.ts'
import type { Plan } from './plan.ts'

export interface ForkOptions {
  /** Completions and acts of the record that the fork begins with; default: all of them, as far as nobody told the run to stop. */
  after?: number
  /** What happens then. */
  act?: Act
  /** Name of the key that asked for it. */
  by?: string
}

/**
 * Makes a paused run whose record begins as that of another. What the other asked for later is in no record of the fork, but where the fork asks the same
 * it is given the same answer, at its recorded price (`SolveOptions.resume` sees to that). So the fork's spend is what it would have cost by itself.
 * @returns its id; `origin` is the other @throws Failure
 */
export function fork(store: Store, id: string, o: ForkOptions = {}): string {
  const from = store.open(id)
  try {
    const { meta, journal } = from
    const { records, limits, spent } = prefix(journal.read(), meta, o.after ?? Number.POSITIVE_INFINITY)
    if (journal.damage !== null)
      throw new Failure(
        'store',
        `the journal of ${meta.id} is damaged at record ${journal.damage.record}: ${journal.damage.why}`,
        `everything before it is whole: espalier resume ${meta.id} --salvage makes a new run of it`,
      )
    const last = records.findLast(r => r.t === 'done' || r.t === 'act')
    if (o.act !== undefined) records.push({ t: 'act', act: o.act, time: last?.time ?? 0 })
    const { id: _, created, updated, ...rest } = meta
    const { part: _part, ...options } = meta.options
    const plan = options.plan as Plan | undefined
    const to = store.create({
      ...rest,
      status: 'paused',
      origin: meta.id,
      options: {
        ...options,
        fork: meta.id,
        ...(plan === undefined ? {} : { plan: { ...plan, ...(o.by === undefined ? {} : { by: o.by }) } }),
      },
      limits,
      spent,
      answer: null,
      solved: null,
      verifiedBy: null,
      score: null,
      nodes: 0,
      depth: 0,
    })
    try {
      for (let i = 0; i < records.length; i += 1000) to.journal.append(records.slice(i, i + 1000))
      return to.id
    } catch (e) {
      to.close()
      store.remove(to.id)
      throw e
    } finally {
      to.close()
    }
  } finally {
    from.close()
  }
}

/** The record until so many completions and acts have been delivered: without requests that had not ended then, which are asked for anew. */
function prefix(
  all: Iterable<JournalRecord>,
  meta: RunMeta,
  after: number,
): { records: JournalRecord[]; limits: Limits; spent: Partial<Usage> } {
  const records: JournalRecord[] = []
  const ended = new Set<number>()
  const limits: Limits = { ...((meta.options.first as Limits | undefined) ?? meta.limits) }
  const spent: Record<string, number | null> = {}
  let delivered = 0
  for (const r of all) {
    if (delivered >= after) break
    if (r.t === 'session') continue
    // Who told the other to stop did not tell this one.
    if (r.t === 'act' && r.act.do === 'stop') break
    records.push(r)
    if (r.t === 'open') continue
    delivered++
    if (r.t === 'act') {
      if (r.act.do === 'raise') Object.assign(limits, r.act.limits)
      continue
    }
    ended.add(r.k)
    for (const [k, x] of Object.entries(r.usage)) spent[k] = x === null || spent[k] === null ? null : (spent[k] ?? 0) + x
  }
  return { records: records.filter(r => r.t !== 'open' || ended.has(r.k)), limits, spent: spent as Partial<Usage> }
}

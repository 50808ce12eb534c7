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
  /** What is otherwise from there on. Its limits are those that are lower, or new, there; higher ones are for who resumes it (`SolveOptions.resume`). */
  change?: {
    seed?: number
    /** The model that answers for the policy: as a plan names it, and its id. */
    model?: { spec: string; id: string }
    limits?: Limits
  }
  /** Name of the key that asked for it. */
  by?: string
}

/** What is otherwise by now than a run's plan says, by the changes in its record. */
export interface Changed {
  seed?: number
  /** As a plan names a model. */
  policy?: string
}
export const changedIn = (meta: RunMeta): Changed => (meta.options.changed as Changed | undefined) ?? {}

/**
 * Makes a paused run whose record begins as that of another. What the other asked for later is in no record of the fork, but where the fork asks the same
 * it is given the same answer, at its recorded price (`SolveOptions.resume` sees to that). So the fork's spend is what it would have cost by itself. With another
 * seed it draws anew: what the other was answered later is none of its own.
 *
 * Another method, or other knobs, make another search, which no record can begin: see `SolveOptions.knows`.
 * @returns its id; `origin` is the other @throws Failure; `usage` where a limit is below what the record spent
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
    const { change } = o
    for (const [k, x] of Object.entries(change?.limits ?? {}) as [keyof Limits, number][]) {
      const had =
        k === 'seconds'
          ? (last?.time ?? 0)
          : k === 'tokens'
            ? (spent.inputTokens ?? 0) + (spent.outputTokens ?? 0)
            : ((spent as Limits)[k] ?? 0)
      if (x < had) throw new Failure('usage', `budget: ${k}=${x} is below what the record spent until there: ${had}`, '')
    }
    const { plan: was, part: _part, fork: _fork, until: _until, ...options } = meta.options as { plan?: Plan; [option: string]: unknown }
    const models = { ...meta.models }
    const specs = { ...was?.models }
    let as: string | undefined
    if (change?.model !== undefined) {
      for (let n = 2; as === undefined || as in models; n++) as = `policy ${n}`
      models[as] = change.model.id
      specs[as] = change.model.spec
    }
    if (change !== undefined) {
      const act: Act = {
        do: 'change',
        ...(change.seed === undefined ? {} : { seed: change.seed }),
        ...(as === undefined ? {} : { models: { policy: as } }),
        ...(change.limits === undefined ? {} : { limits: change.limits }),
      }
      records.push({ t: 'act', act, time: last?.time ?? 0 })
    }
    const changes = records.flatMap(r => (r.t === 'act' && r.act.do === 'change' ? r.act : []))
    for (const role of Object.keys(models))
      if (/^policy \d+$/.test(role) && !changes.some(c => c.models?.policy === role)) {
        delete models[role]
        delete specs[role]
      }
    const seed = changes.findLast(c => c.seed !== undefined)?.seed
    const policy = changes.findLast(c => c.models?.policy !== undefined)?.models?.policy
    const changed: Changed = { ...(seed === undefined ? {} : { seed }), ...(policy === undefined ? {} : { policy: specs[policy] }) }
    if (o.act !== undefined) records.push({ t: 'act', act: o.act, time: last?.time ?? 0 })
    const { id: _, created, updated, ...rest } = meta
    const to = store.create({
      ...rest,
      status: 'paused',
      origin: meta.id,
      options: {
        ...options,
        changed,
        ...(change?.seed === undefined ? { fork: meta.id } : {}),
        ...(was === undefined ? {} : { plan: { ...was, models: specs, ...(o.by === undefined ? {} : { by: o.by }) } }),
      },
      models,
      limits: { ...limits, ...change?.limits },
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
      if (r.act.do === 'raise' || r.act.do === 'change') Object.assign(limits, r.act.limits)
      continue
    }
    ended.add(r.k)
    for (const [k, x] of Object.entries(r.usage)) spent[k] = x === null || spent[k] === null ? null : (spent[k] ?? 0) + x
  }
  return { records: records.filter(r => r.t !== 'open' || ended.has(r.k)), limits, spent: spent as Partial<Usage> }
}

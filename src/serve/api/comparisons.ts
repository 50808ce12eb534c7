// Comparisons: those of the store, one under way, and a new one. It runs in this server; one of another process is followed in the store.
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { Failure, nearest } from '../../kernel/index.ts'
import { methodIds } from '../../method/index.ts'
import {
  askedOf,
  type CellResult,
  type ComparePlan,
  type Comparing,
  cellsSoFar,
  comparePlan,
  comparisonId,
  comparisonSoFar,
  parseBudget,
  resumeComparison,
} from '../../run/index.ts'
import { brief } from '../../runtime/index.ts'
import type { RunMeta, Store } from '../../store/index.ts'
import { worldNamed } from '../../world/index.ts'
import { isOf, metaOf } from '../former.ts'
import { conflict, Refusal } from '../refusal.ts'
import { atMost } from '../settings.ts'
import { type Api, type Asked, named } from './api.ts'
import type { Comparison, ComparisonActBody, ComparisonRow, NewComparisonBody } from './wire.ts'

const limits = z.record(z.string(), z.number())
const row = named(
  'ComparisonRow',
  z.object({
    id: z.string(),
    created: z.number(),
    status: z.enum(['running', 'paused', 'done', 'failed', 'orphan']),
    worker: z.enum(['here', 'elsewhere']).nullable(),
    stopped: z.boolean(),
    world: z.string(),
    methods: z.array(z.string()),
    items: z.number(),
    seeds: z.number(),
    cells: z.number(),
    done: z.number(),
    verdict: z.string().nullable(),
  }) satisfies z.ZodType<ComparisonRow>,
)
const cell = named(
  'ComparisonCell',
  z.looseObject({
    method: z.string(),
    item: z.string(),
    seed: z.number(),
    run: z.string(),
    correct: z.number().nullable(),
    ended: z.string(),
  }),
)
const comparison = named(
  'Comparison',
  z.looseObject({
    schema: z.literal(1),
    id: z.string(),
    ended: z.enum(['done', 'cancelled', 'stopped']),
    world: z.string(),
    models: z.record(z.string(), z.string()),
    reward: z.string(),
    budget: limits,
    unit: z.string(),
    items: z.number(),
    seeds: z.number(),
    rows: z.array(z.looseObject({ method: z.string(), rate: z.number().nullable(), interval: z.tuple([z.number(), z.number()]) })),
    verdict: z.string(),
    cells: z.array(cell),
  }),
)
const asked = named(
  'NewComparison',
  z.object({
    world: z.string().min(1),
    tasks: z.array(z.string().min(1)).min(1).max(1000).optional().describe('as one types them; default: made ones'),
    n: z.int().min(1).max(1000).optional().describe('so many made tasks'),
    split: z.enum(['train', 'dev', 'test']).optional().describe('of the made tasks'),
    methods: z.array(z.string().min(1)).min(1).max(60).describe('ids, id@preset, or id@* for all presets of a method'),
    model: z.string().optional().describe('one of the names of GET /api/catalogue'),
    budget: z.union([limits, z.string()]).describe('of each run: limits, or "calls=142"'),
    seeds: z.int().min(1).max(20).optional(),
    concurrency: z.int().min(1).max(256).optional(),
  }) satisfies z.ZodType<NewComparisonBody>,
)

const act = named('ComparisonActBody', z.object({ do: z.enum(['pause', 'resume', 'stop']) }) satisfies z.ZodType<ComparisonActBody>)

/** Milliseconds between looks at the store. */
const interval = 400
/** Of a task's text, as the name of the task. */
const longest = 80

export function addComparisons(api: Api): void {
  const going = new Map<string, Comparing>()
  api.desk.closing(async () => {
    for (const c of going.values()) c.interrupt()
    await Promise.allSettled(going.values())
  })
  /** Begins one, or goes on with it, and keeps hold of it. @returns its id, once it is on record; what is wrong with it is said before */
  async function begin(make: (ways: { store: string; threads: number; onRun(id: string): void }) => Comparing): Promise<string> {
    const begun = Promise.withResolvers<string>()
    const comparing = make({ store: api.writable().folder, threads: 1, onRun: begun.resolve })
    comparing.catch(begun.reject)
    const id = await begun.promise
    going.set(id, comparing)
    comparing.finally(() => going.delete(id)).catch(() => {})
    return id
  }
  const rowOf = (m: RunMeta, done?: number): ComparisonRow => asRow(api.store, m, going.has(m.id), done)
  const one = (a: Asked): RunMeta => {
    const meta = metaOf(api.store, a.params.id, a.by)
    if (meta === null || askedOf(meta) === undefined) throw new Refusal(404, 'not_found', `there is no comparison ${a.params.id} here`)
    return meta
  }

  api.get('/api/comparisons', { summary: 'comparisons, newest first', answer: z.object({ comparisons: z.array(row) }) }, a => {
    const found = api.store.list({ method: comparisonId }).filter(m => isOf(m, a.by) && askedOf(m) !== undefined)
    return { comparisons: found.map(m => rowOf(m)) }
  })
  api.get(
    '/api/comparisons/{id}',
    { summary: 'a comparison as `espalier compare --json` gives it; of one under way what is known', answer: comparison },
    (a): Comparison => comparisonSoFar(api.store, one(a).id)!,
  )
  api.post('/api/comparisons', { summary: 'begins a comparison at equal spend', body: asked, answer: row, status: 201 }, async a => {
    const store = api.writable()
    // What a comparison spends is many budgets at once.
    if (a.account?.key.budget !== undefined)
      throw new Refusal(403, 'budget', 'an API key with a budget may not begin a comparison: it spends many budgets at once')
    const { settings } = api
    const { body } = a
    worldNamed(body.world)
    for (const [i, m] of body.methods.entries()) knownMethod(m, i)
    const model = body.model ?? Object.keys(settings.models)[0]
    if (!Object.hasOwn(settings.models, model))
      throw new Refusal(400, 'model_not_found', `no model is called '${model}' here: it has ${Object.keys(settings.models).join(', ')}`, {
        param: 'model',
      })
    const judge = settings.judge === undefined ? undefined : (settings.models[settings.judge] ?? settings.judge)
    const given = typeof body.budget === 'string' ? parseBudget([body.budget], 'budget') : body.budget
    const { concurrency = settings.concurrency } = body
    const plan: ComparePlan = {
      world: body.world,
      tasks: body.tasks === undefined ? { n: body.n ?? 20, split: body.split ?? 'test' } : namedTasks(body.tasks),
      methods: body.methods,
      models: { policy: settings.models[model], ...(judge === undefined ? {} : { judge }) },
      budget: atMost(given, settings.most),
      weights: `${store.folder}/models`,
      ...(body.seeds === undefined ? {} : { seeds: body.seeds }),
      ...(settings.baseUrl === undefined ? {} : { baseUrl: settings.baseUrl }),
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(a.by === undefined ? {} : { by: a.by }),
    }
    return rowOf(store.get(await begin(ways => comparePlan(plan, ways))))
  })
  api.post(
    '/api/comparisons/{id}/acts',
    { summary: 'pauses a comparison, goes on with it in this server, or ends it with what is finished', body: act, answer: row },
    async (a): Promise<ComparisonRow> => {
      const store = api.writable()
      const { id } = one(a)
      const { do: what } = a.body
      if (what !== 'resume') {
        const comparing = going.get(id)
        if (comparing !== undefined) comparing.act({ do: what })
        else if (worked(store, store.get(id))) store.send(id, { do: what })
        else throw conflict('nobody works on the comparison')
        return rowOf(store.get(id))
      }
      if (a.account?.key.budget !== undefined)
        throw new Refusal(403, 'budget', 'an API key with a budget may not go on with a comparison: it spends many budgets at once')
      // One that has just been parked here lets go of it at once.
      if (store.get(id).status !== 'running') await going.get(id)?.catch(() => {})
      const meta = store.get(id)
      if (going.has(id) || worked(store, meta)) throw conflict('the comparison is under way')
      if (meta.status === 'done' && meta.options.stopped !== true) throw conflict('the comparison is over: begin another')
      await begin(ways => resumeComparison(id, ways))
      return rowOf(store.get(id))
    },
  )
  api.get(
    '/api/comparisons/{id}/events',
    { summary: 'cells as they end, and how far it is; ends with it', events: { cell, comparison: row, end: row } },
    a => {
      const { id } = one(a)
      // Cells are told in the order in which they ended: how many were told says where one is.
      let told = Math.max(0, Number(a.lastEventId ?? 0) || 0)
      return a.stream(async (out, gone) => {
        let last = ''
        while (!gone.aborted) {
          const began = performance.now()
          const meta = api.store.get(id)
          const cells = cellsSoFar(api.store, meta)
          for (const c of cells.slice(told)) if (!(await out.send(c.shown satisfies CellResult, 'cell', String(++told)))) return
          const now = rowOf(meta, cells.length)
          const text = JSON.stringify(now)
          if (text !== last) await out.send(now, 'comparison')
          else out.beat()
          last = text
          if (now.status !== 'running') {
            await out.send(now, 'end')
            return
          }
          // A store of many cells takes time to look at: most of it is left for others.
          await pause(Math.max(interval, 10 * (performance.now() - began)), undefined, { signal: gone }).catch(() => {})
        }
      })
    },
  )
}

/** Own files are loaded by whoever types a command, never by who asks from elsewhere. */
function knownMethod(name: string, at: number): void {
  const id = name.split('@')[0]
  if (methodIds.includes(id)) return
  const near = nearest(id, methodIds)
  const f = new Failure('usage', `no method is called '${id}'`, near === undefined ? '' : `did you mean ${near}?`)
  throw new Refusal(400, f.code, f.hint === '' ? f.message : `${f.message} (${f.hint})`, { param: `methods[${at}]` })
}

/** Own tasks by what they are: their text, shortened. Each name is one task's. */
function namedTasks(tasks: readonly string[]): { id: string; task: string }[] {
  const taken = new Set<string>()
  return tasks.map(task => {
    const text = brief(task.trim().replace(/\s+/g, ' '), longest)
    let id = text
    for (let n = 2; taken.has(id); n++) id = `${text} (${n})`
    taken.add(id)
    return { id, task }
  })
}

/** A process works on it. */
const worked = (store: Store, m: RunMeta): boolean => m.status === 'running' && store.owner(m.id) !== null

function asRow(store: Store, m: RunMeta, here: boolean, done?: number): ComparisonRow {
  const plan = askedOf(m)!
  const cells = plan.methods.length * plan.items.count * plan.seeds
  const worker = m.status !== 'running' ? null : here ? 'here' : worked(store, m) ? 'elsewhere' : null
  const status = m.status === 'running' && worker === null ? 'orphan' : m.status
  const stopped = m.options.stopped === true
  return {
    id: m.id,
    created: m.created,
    status,
    worker,
    stopped,
    world: m.world,
    methods: plan.methods.map(x => x.label),
    items: plan.items.count,
    seeds: plan.seeds,
    cells,
    // A finished one may have left out cells of methods that did not fit.
    done: status === 'done' && !stopped ? cells : (done ?? cellsSoFar(store, m).length),
    verdict: typeof m.answer === 'string' ? m.answer : null,
  }
}

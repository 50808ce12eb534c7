// Runs: the list, one of them, and the start of a new one.
import { z } from 'zod'
import type { Limits } from '../../contract/index.ts'
import { methods } from '../../method/index.ts'
import { answerText, comparisonId, methodNamed, type Plan, parseBudget, taskText } from '../../run/index.ts'
import type { RunMeta } from '../../store/index.ts'
import { worldNamed } from '../../world/index.ts'
import { type Chosen, choose } from '../choose.ts'
import { isOf } from '../former.ts'
import { Refusal } from '../refusal.ts'
import { rewards } from '../request.ts'
import { atMost, type ServeSettings } from '../settings.ts'
import { type Api, named } from './api.ts'
import { rowOf, runOf, visible } from './row.ts'
import { knobValue, runList, runRow } from './schemas.ts'
import { waiter } from './waiter.ts'
import type { NewRunBody, RunRow } from './wire.ts'

const whole = z.int().min(0)
export const budget = z.union([z.string().max(500), z.record(z.string(), z.number())])
const newRun = named(
  'NewRunBody',
  z.object({
    world: z.string(),
    task: z.string().max(1_000_000),
    model: z.string().optional(),
    judge: z.string().optional(),
    method: z.string(),
    preset: z.string().optional(),
    knobs: z.record(z.string(), knobValue).optional(),
    budget: budget.optional(),
    reward: z.string().optional(),
    seed: whole.max(2 ** 31 - 1).optional(),
    concurrency: whole.min(1).max(256).optional(),
  }) satisfies z.ZodType<NewRunBody>,
)
const listQuery = z.object({
  status: z.enum(['running', 'paused', 'done', 'failed', 'orphan']).optional(),
  world: z.string().optional(),
  method: z.string().optional(),
  text: z.string().max(1000).optional(),
  parts: z.enum(['true', 'false']).optional(),
  before: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
})

/** A budget as limits. @throws Refusal (400) that names the field */
export function limitsOfBudget(given: string | Readonly<Record<string, number>>, param = 'budget'): Limits {
  return blamed(param, () => {
    if (typeof given === 'string') return given.trim() === '' ? {} : parseBudget([given], param)
    const known = new Set(Object.values(unitNames))
    for (const [k, x] of Object.entries(given)) {
      if (!known.has(k)) throw new Refusal(400, 'invalid_value', `${param}: no limit is called '${k}'`, { param })
      if (!(x > 0)) throw new Refusal(400, 'invalid_value', `${param}.${k}: expected a number above 0, found ${x}`, { param })
    }
    return given as Limits
  })
}
const unitNames: Readonly<Record<string, string>> = Object.fromEntries(
  // biome-ignore format: one look shows them all
  ['calls', 'requests', 'tokens', 'inputTokens', 'outputTokens', 'usd', 'seconds', 'workingSeconds', 'steps', 'toolCalls', 'nodes'].map(x => [x, x]),
)
/** Runs a check whose failure is the fault of a field. */
export function blamed<T>(param: string, check: () => T): T {
  try {
    return check()
  } catch (e) {
    throw blame(param, e)
  }
}
export function blame(param: string, e: unknown): unknown {
  const f = e as { code?: unknown; message: string; hint?: string }
  if (e instanceof Refusal || f.code !== 'usage') return e
  return new Refusal(400, 'invalid_value', f.hint ? `${f.message} (${f.hint})` : f.message, { param })
}

/** A name of a world or a method, never a file: what a client names is no code. @throws Refusal (400) */
export const methodOf = async (id: string): Promise<string> => {
  if (!methods.has(id)) await methodNamed(id.replace(/[^\w-]/g, '?')).catch(e => Promise.reject(blame('method', e)))
  return id
}
/** A model of this server. @throws Refusal (400, 404) */
export function modelNamed(name: string, settings: ServeSettings): Chosen {
  const chosen = blamed('model', () => choose(name, settings))
  if (chosen.method !== null)
    throw new Refusal(400, 'invalid_value', 'model: expected a model, the method has its own field', { param: 'model' })
  return chosen
}
/** What a run is paid for: of the list, or a verifier of the configuration by its name. */
function rewardOf(given: string, settings: ServeSettings): string {
  if ((rewards as readonly string[]).includes(given)) return given
  const verifier = /^verify:(.*)$/s.exec(given)?.[1]
  if (verifier !== undefined && Object.hasOwn(settings.verifiers ?? {}, verifier)) return `verify:${settings.verifiers![verifier]}`
  throw new Refusal(400, 'invalid_value', `reward: expected one of the catalogue's rewards, found '${given.slice(0, 60)}'`, {
    param: 'reward',
  })
}

/** What a new run is made of. @throws Refusal (400) that names the field */
async function planOf(api: Api, b: NewRunBody, by: string | undefined): Promise<Plan> {
  const { settings } = api
  const entry = blamed('world', () => worldNamed(b.world))
  blamed('task', () => entry.parseTask(b.task))
  const models = Object.keys(settings.models)
  const policy = modelNamed(b.model ?? usualModel(entry.model, models), settings)
  const judge = b.judge === undefined ? settings.judge : choose(b.judge, settings).name
  return {
    world: b.world,
    task: b.task,
    method: await methodOf(b.method),
    ...(b.preset === undefined ? {} : { preset: b.preset }),
    ...(b.knobs === undefined ? {} : { knobs: b.knobs }),
    models: { policy: policy.spec, ...(judge === undefined ? {} : { judge: settings.models[judge] ?? judge }) },
    ...(b.reward === undefined ? {} : { reward: rewardOf(b.reward, settings) }),
    ...(settings.baseUrl === undefined ? {} : { baseUrl: settings.baseUrl }),
    budget: atMost(b.budget === undefined ? (settings.budget ?? { calls: 20 }) : limitsOfBudget(b.budget), settings.most),
    seed: b.seed ?? 1,
    concurrency: b.concurrency ?? settings.concurrency ?? 8,
    ...(settings.store === null ? {} : { store: `${settings.store}/models` }),
    ...(by === undefined ? {} : { by }),
  }
}
const usualModel = (ships: string | undefined, models: readonly string[]): string =>
  ships !== undefined && models.includes(ships) ? ships : models[0]

export function addRuns(api: Api): void {
  const { desk } = api
  api.get(
    '/api/runs',
    { summary: 'runs, newest first; those that are parts of others with `parts=true`', query: listQuery, answer: runList },
    ({ query, by }) => {
      const { store } = api
      const { status, text, limit } = query
      const before = query.before === undefined ? undefined : visible(store, query.before, by).id
      const wanted = text?.trim().toLowerCase()
      const out: RunRow[] = []
      let from = before
      for (;;) {
        const page: RunMeta[] = store.list({
          limit: 200,
          ...(from === undefined ? {} : { before: from }),
          ...(query.parts === 'true' ? {} : { parts: false }),
          ...(status === undefined ? {} : { status: status === 'orphan' ? 'running' : status }),
          ...(query.world === undefined ? {} : { world: query.world }),
          ...(query.method === undefined ? {} : { method: query.method }),
        })
        for (const m of page) {
          if (!isOf(m, by) || m.method.id === comparisonId) continue
          if (
            wanted !== undefined &&
            !`${m.id} ${m.world} ${taskText(m)} ${m.method.id} ${m.answer === null ? '' : answerText(m.answer)}`
              .toLowerCase()
              .includes(wanted)
          )
            continue
          const row = rowOf(desk, store, m)
          if (status !== undefined && row.status !== status) continue
          out.push(row)
          if (out.length === limit) return { runs: out, next: out[limit - 1].run }
        }
        if (page.length < 200) return { runs: out, next: null }
        from = page[page.length - 1].id
      }
    },
  )
  api.post(
    '/api/runs',
    { summary: 'begins a run, which goes on in this server', body: newRun, answer: runRow, status: 201 },
    async ({ body, account, by }) => {
      const store = api.writable()
      const plan = await planOf(api, body, by)
      const held = account?.hold(plan.budget ?? {}) ?? { limits: plan.budget ?? {}, release: () => {} }
      try {
        const whole = { ...plan, budget: held.limits }
        let param = 'knobs'
        const planned = await desk.framed(whole).catch(e => {
          const text = String((e as Error).message)
          if (/preset/.test(text)) param = 'preset'
          else if (/reward|judge|verif/.test(text)) param = 'reward'
          else if (!/knob/.test(text)) param = 'model'
          throw blame(param, e)
        })
        const id = await desk.begin(whole, planned, { account, release: held.release }).catch(e => {
          throw blame('method', e)
        })
        return rowOf(desk, store, store.get(id))
      } catch (e) {
        held.release()
        throw e
      }
    },
  )
  // A look at the index a second; what happens in this server is told at once.
  api.get(
    '/api/runs/events',
    { summary: 'runs that begin, change or end', events: { run: runRow, gone: z.object({ run: z.string() }) } },
    ({ stream, by }) => {
      const { store } = api
      return stream(async (out, gone) => {
        const pause = waiter(gone)
        desk.watchers.add(pause.wake)
        try {
          const seen = new Map<string, string>()
          let since = Date.now() / 1000
          // With keys, those alone that this key was told of.
          const mine = (): Set<string> =>
            new Set(
              by === undefined
                ? store.ids()
                : store
                    .list()
                    .filter(m => isOf(m, by))
                    .map(m => m.id),
            )
          let ids = mine()
          for (let beat = 0; !gone.aborted; beat++) {
            const now = Date.now() / 1000
            const metas = new Map(store.list({ changed: since - 2 }).map(m => [m.id, m]))
            for (const id of desk.live.keys()) if (!metas.has(id)) metas.set(id, store.get(id))
            since = now
            for (const m of metas.values()) {
              if (!isOf(m, by) || m.method.id === comparisonId || m.options.part !== undefined) continue
              const row = rowOf(desk, store, m)
              const text = JSON.stringify(row)
              if (seen.get(m.id) === text) continue
              seen.set(m.id, text)
              if (!(await out.send(row, 'run'))) return
            }
            const left = mine()
            for (const id of ids) if (!left.has(id) && !(await out.send({ run: id }, 'gone'))) return
            ids = left
            if (beat % 15 === 14) out.beat()
            await pause.wait(1000)
          }
        } finally {
          desk.watchers.delete(pause.wake)
          pause.end()
        }
      })
    },
  )
  // After the events, whose path is like that of a run.
  api.get('/api/runs/{run}', { summary: 'one run', answer: runRow }, asked => rowOf(desk, api.store, runOf(api, asked)))
}

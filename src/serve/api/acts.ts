// What people do to a run: each is a record of its journal, written by the process that has it.
import { z } from 'zod'
import type { EdgeId, Limits, NodeId } from '../../contract/index.ts'
import { appendAct, type Plan } from '../../run/index.ts'
import type { Act, Run } from '../../runtime/index.ts'
import type { RunMeta } from '../../store/index.ts'
import type { Live } from '../desk.ts'
import { conflict, Refusal } from '../refusal.ts'
import { coverRest, raised } from '../rest.ts'
import { actText } from './acts-told.ts'
import { type Api, type Asked, named } from './api.ts'
import { forks } from './forks.ts'
import { planOfRun, rowOf, runOf } from './row.ts'
import { blamed, budget, limitsOfBudget } from './runs.ts'
import { actAnswer, actRecord } from './schemas.ts'
import { rowIn } from './tree.ts'
import { framedOf, type Shown, type Trees } from './trees.ts'
import { otherSearch } from './what-if.ts'
import type { ActAnswer, ActBody, ActRecord } from './wire.ts'

const row = z.int().min(0)
const text = z.string().min(1).max(100_000)
const actBody = named(
  'ActBody',
  z.discriminatedUnion('do', [
    z.object({ do: z.literal('pause') }),
    z.object({ do: z.literal('stop') }),
    z.object({ do: z.literal('resume'), budget: budget.optional() }),
    z.object({ do: z.literal('raise'), budget }),
    z.object({ do: z.literal('prune'), row }),
    z.object({ do: z.literal('pin'), row }),
    z.object({ do: z.literal('unpin'), row }),
    z.object({ do: z.literal('prefer'), row, than: row, why: z.string().max(10_000).optional() }),
    z.object({ do: z.literal('edit'), row, text, under: z.boolean().optional() }),
    z.object({
      do: z.literal('fork'),
      at: row.optional(),
      row: row.optional(),
      text: text.optional(),
      under: z.boolean().optional(),
      budget: budget.optional(),
      seed: z
        .int()
        .min(0)
        .max(2 ** 31 - 1)
        .optional(),
      model: z.string().optional(),
      ...otherSearch.shape,
    }),
  ]) satisfies z.ZodType<ActBody>,
)

/** Milliseconds in which an act is on record, unless what is in flight holds it up. */
const soon = 2000

export function addActs(api: Api, trees: Trees): void {
  const { desk } = api

  /** Who works on a run now. */
  const whereIs = (meta: RunMeta): Live | 'elsewhere' | null =>
    desk.live.get(meta.id) ?? (meta.status === 'running' && api.store.owner(meta.id) !== null ? 'elsewhere' : null)

  const answer = (id: string, recorded: boolean, made?: number | null): ActAnswer => ({
    run: rowOf(desk, api.store, api.store.get(id)),
    recorded,
    ...(made === undefined || made === null ? {} : { row: made }),
  })

  /** Does it in the search that is under way here, or leaves word for the process where it is; null: nobody works on it. */
  async function steer(meta: RunMeta, act: Act): Promise<ActAnswer | null> {
    const where = whereIs(meta)
    if (where === null) return null
    if (where === 'elsewhere') {
      api.store.send(meta.id, act)
      return answer(meta.id, false)
    }
    const heard = await recorded(where.run, act)
    if (heard === null && !desk.live.has(meta.id)) throw conflict('the run has just ended')
    return answer(meta.id, heard !== null, act.do === 'edit' ? heard?.row : undefined)
  }

  /** Goes on with a run in this server. */
  async function goOn(meta: RunMeta, raise: Limits, asked: Asked): Promise<ActAnswer> {
    const where = whereIs(meta)
    if (where !== null) throw conflict(where === 'elsewhere' ? 'another process works on the run' : 'the run is under way')
    if (meta.status === 'done') {
      const ended = rowOf(desk, api.store, meta).ended
      if (ended !== 'budget') throw conflict(`the run is over (${ended ?? 'done'}): fork it to go another way`)
      if (Object.keys(raise).length === 0) throw conflict('the run came to the end of its budget: raise it')
    }
    for (const [k, x] of Object.entries(raise) as [keyof Limits, number][])
      if (meta.limits[k] === undefined || x < meta.limits[k])
        throw new Refusal(
          400,
          'invalid_value',
          `budget: limits of a run can only rise: ${k} was ${meta.limits[k] ?? 'unlimited'}, asked for ${x}`,
          {
            param: 'budget',
          },
        )
    const limits = raised(meta, raise, api.settings.most)
    const { account } = asked
    const release = account === undefined ? () => {} : blamed('budget', () => coverRest(meta, limits, account))
    try {
      const planned = await framedOf(desk, meta, { budget: limits })
      const plan = { ...(planOfRun(meta) as Plan), budget: limits }
      await desk.begin(plan, planned, { account, resume: meta, release })
      return answer(meta.id, true)
    } catch (e) {
      release()
      throw e
    }
  }

  /** Where an edit goes: the node below which the action is added; refused with the world's reason where the text is none. */
  function placeOf(shown: Shown, e: EdgeId, under: boolean, words: string): NodeId {
    const { tree: t, entry } = shown
    const at = under ? e : t.parent(e)
    if (at === null)
      throw new Refusal(400, 'invalid_value', 'row: nothing lies beside the root: add it below, with under', { param: 'row' })
    if (!t.taken(at)) throw conflict('the action of that row was not taken yet: nothing can be added below it')
    if (t.is(at, 'end')) throw conflict('the state of that row is an end: nothing can be added below it')
    const why = whyNot(entry.world, t.state(at), words)
    if (why !== null) throw new Refusal(400, 'not_an_action', `text: ${why}`, { param: 'text' })
    return at
  }

  const forked = forks(api, trees, { goOn, answer, placeOf })

  api.post(
    '/api/runs/{run}/acts',
    { summary: 'steers a run; all but pause are records of its journal', body: actBody, answer: actAnswer },
    async asked => {
      const store = api.writable()
      const meta = runOf(api, asked)
      const { body } = asked
      const where = whereIs(meta)
      switch (body.do) {
        case 'pause':
          if (where === null) throw conflict('nobody works on the run')
          if (where === 'elsewhere') store.send(meta.id, { do: 'pause' })
          else where.run.interrupt()
          return answer(meta.id, where !== 'elsewhere')
        case 'resume':
          return goOn(meta, body.budget === undefined ? {} : limitsOfBudget(body.budget), asked)
        case 'stop':
          return (
            (await steer(meta, { do: 'stop' })) ??
            Promise.reject(conflict(meta.status === 'done' ? 'the run is over' : 'nobody works on the run: resume it first'))
          )
        case 'raise': {
          const limits = limitsOfBudget(body.budget)
          if (where === null) return goOn(meta, limits, asked)
          const higher: Limits = {}
          for (const [k, x] of Object.entries(limits) as [keyof Limits, number][]) {
            const was = meta.limits[k]
            if (was === undefined || x < was)
              throw new Refusal(
                400,
                'invalid_value',
                `budget: limits of a run can only rise: ${k} was ${was ?? 'unlimited'}, asked for ${x}`,
                {
                  param: 'budget',
                },
              )
            if (x > (api.settings.most?.[k] ?? x))
              throw new Refusal(400, 'invalid_value', `budget: at most ${k}=${api.settings.most![k]} here`, { param: 'budget' })
            if (x > was) higher[k] = x
          }
          if (Object.keys(higher).length === 0)
            throw new Refusal(400, 'invalid_value', 'budget: expected a limit that is higher than it was', { param: 'budget' })
          if (asked.account?.key.budget !== undefined)
            throw conflict('a key with a budget of its own raises no run under way: pause it, and resume it with a higher budget')
          return (await steer(meta, { do: 'raise', limits: higher })) ?? goOn(meta, limits, asked)
        }
        case 'prune':
        case 'pin':
        case 'unpin': {
          const { tree } = await trees.of(store, meta)
          const e = rowIn({ tree }, body.row)
          if (body.do === 'prune' && e === tree.root)
            throw new Refusal(400, 'invalid_value', 'row: the root cannot be pruned', { param: 'row' })
          const act: Act = { do: body.do, key: tree.key(e) }
          const done = await steer(meta, act)
          if (done !== null) return done
          if (body.do === 'prune' && meta.status === 'done') throw conflict('the run is over: fork it to search on without that part')
          await appendAct(store, meta.id, act as Extract<Act, { do: 'pin' }>)
          return answer(meta.id, true)
        }
        case 'prefer': {
          const { tree } = await trees.of(store, meta)
          const better = rowIn({ tree }, body.row)
          const worse = rowIn({ tree }, body.than, 'than')
          if (better === worse) throw new Refusal(400, 'invalid_value', 'than: expected another row', { param: 'than' })
          const act: Act = {
            do: 'prefer',
            better: tree.key(better),
            worse: tree.key(worse),
            ...(body.why === undefined ? {} : { why: body.why }),
          }
          const done = await steer(meta, act)
          if (done !== null) return done
          await appendAct(store, meta.id, act as Extract<Act, { do: 'prefer' }>)
          return answer(meta.id, true)
        }
        case 'edit': {
          const shown = await trees.of(store, meta)
          const at = placeOf(shown, rowIn(shown, body.row), body.under === true, body.text)
          const done = await steer(meta, { do: 'edit', key: shown.tree.key(at), text: body.text })
          if (done !== null) return done
          throw conflict(
            meta.status === 'done'
              ? 'the run is over: fork it with this edit'
              : 'nobody works on the run: resume it first, or fork it with this edit',
          )
        }
        case 'fork':
          return forked(meta, body, asked)
      }
    },
  )

  api.get(
    '/api/runs/{run}/acts',
    {
      summary: 'what was done to it, in order; what waits for the process that has it is pending',
      answer: z.object({ acts: z.array(actRecord) }),
    },
    async asked => {
      const { store } = api
      const meta = runOf(api, asked)
      const handle = store.open(meta.id)
      let all: ReturnType<typeof handle.journal.acts>
      try {
        all = handle.journal.acts()
      } finally {
        handle.close()
      }
      const waiting = store.waiting(meta.id)
      // Rows where the tree is at hand; an act is told without it, too.
      const tree =
        all.length + waiting.length === 0
          ? null
          : await trees.of(store, meta).then(
              s => s.tree,
              () => null,
            )
      const acts: ActRecord[] = all.map(({ act, time }) => actText(act, time, null, tree, meta.models))
      for (const { value } of waiting) {
        const act = value as Act | { do: 'pause' }
        const told = act.do === 'pause' ? { do: 'pause', row: null } : actText(act, 0, null, tree, meta.models)
        acts.push({ ...told, time: meta.spent.seconds ?? 0, pending: true })
      }
      return { acts }
    },
  )
}

/** Waits until a search has an act on record. null: it takes longer, since what is in flight holds it up, or it has ended. */
function recorded(run: Run<any, any, any>, act: Act): Promise<{ row: number | null } | null> {
  return new Promise(resolve => {
    const end = (x: { row: number | null } | null): void => {
      clearTimeout(timer)
      off()
      resolve(x)
    }
    const off = run.listen(e => {
      if (e.kind === 'act' && e.data.act === act) end({ row: e.data.row })
    })
    const timer = setTimeout(() => end(null), soon)
    run.act(act)
  })
}

/** Why a text is no action of a state; null: it is one. */
function whyNot(world: Shown['entry']['world'], state: unknown, words: string): string | null {
  let action: unknown
  try {
    action = world.parse(words, state, { for: 'step' })
  } catch (e) {
    return (e as Error).message
  }
  if (typeof action === 'object' && action !== null && 'reject' in action) return String((action as { reject: unknown }).reject)
  const legal = world.valid?.(action, state) ?? true
  return legal === true ? null : legal
}

// What would have been, by the record; and how good the answer was for what had been spent.
import { z } from 'zod'
import type { Usage } from '../../contract/index.ts'
import { answerText, type Plan, rerun, whatIf } from '../../run/index.ts'
import type { RunMeta } from '../../store/index.ts'
import { type Api, named } from './api.ts'
import { planOfRun, runOf } from './row.ts'
import { blame, budget, limitsOfBudget, methodOf } from './runs.ts'
import { curvePoint, knobValue, whatIfAnswer } from './schemas.ts'
import { framedOf } from './trees.ts'
import type { CurvePoint, WhatIfAnswer, WhatIfBody } from './wire.ts'

/** What makes another search of a run. */
export const otherSearch = z.object({
  method: z.string().optional(),
  preset: z.string().optional(),
  knobs: z.record(z.string(), knobValue).optional(),
})
const whatIfBody = named('WhatIfBody', otherSearch.extend({ budget: budget.optional() }) satisfies z.ZodType<WhatIfBody>)

/** A run's plan with another method, preset or knobs. @throws Refusal (400) */
export async function changesOf(meta: RunMeta, body: Omit<WhatIfBody, 'budget'>): Promise<Partial<Plan>> {
  const method = body.method === undefined ? undefined : await methodOf(body.method)
  // Knobs and presets belong to a method: another one starts from its own.
  const other = method !== undefined && method !== meta.method.id
  return {
    ...(other ? { knobs: {}, preset: undefined } : {}),
    ...(method === undefined ? {} : { method }),
    ...(body.preset === undefined ? {} : { preset: body.preset }),
    ...(body.knobs === undefined ? {} : { knobs: other ? body.knobs : { ...planOfRun(meta)?.knobs, ...body.knobs } }),
  } as Partial<Plan>
}
/** Curves that are kept. */
const mostCurves = 50

export function addWhatIf(api: Api): void {
  const { desk } = api
  api.post(
    '/api/runs/{run}/what-if',
    {
      summary: 'another method, other knobs or another budget over the answers on record; nothing is asked of any model',
      body: whatIfBody,
      answer: whatIfAnswer,
    },
    async (asked): Promise<WhatIfAnswer> => {
      const { store } = api
      const meta = runOf(api, asked)
      const { body } = asked
      const limits = body.budget === undefined ? undefined : limitsOfBudget(body.budget)
      const planned = await framedOf(desk, meta, {
        ...(await changesOf(meta, body)),
        budget: { ...meta.limits, ...limits },
      }).catch(e => {
        throw blame('knobs', e)
      })
      const r = await whatIf(meta.id, {}, { store: store.folder, planned })
      return {
        method: r.method,
        covered: r.covered,
        requests: r.requests,
        answer: r.result.answer === undefined ? null : answerText(r.result.answer),
        solved: r.result.solved,
        score: Number.isFinite(r.result.score) ? r.result.score : null,
        spent: r.result.spent,
        ended: r.result.ended,
        nodes: r.result.tree.size,
      }
    },
  )

  const curves = new Map<string, { records: number; points: Promise<CurvePoint[]> }>()
  api.get(
    '/api/runs/{run}/curve',
    { summary: 'the best answer for what had been spent, point by point', answer: z.object({ points: z.array(curvePoint) }) },
    async asked => {
      const { store } = api
      const meta = runOf(api, asked)
      const handle = store.open(meta.id)
      try {
        const records = handle.journal.size
        const had = curves.get(meta.id)
        if (had?.records === records) return { points: await had.points }
        const make = async (): Promise<CurvePoint[]> => {
          const points: CurvePoint[] = []
          let spent: Partial<Usage> = {}
          await rerun(handle, await framedOf(desk, meta), {
            onEvent(e) {
              if (e.kind === 'effect.end') spent = e.data.spent
              else if (e.kind === 'run.end') spent = e.data.spent
              else if (e.kind === 'answer')
                points.push({
                  calls: spent.calls ?? 0,
                  tokens: (spent.inputTokens ?? 0) + (spent.outputTokens ?? 0),
                  usd: spent.usd ?? null,
                  seconds: spent.seconds ?? 0,
                  score: Number.isFinite(e.data.score) ? e.data.score : null,
                  solved: e.data.verified,
                  text: e.data.text,
                })
            },
          })
          return points
        }
        const points = make()
        curves.delete(meta.id)
        curves.set(meta.id, { records, points })
        points.catch(() => curves.delete(meta.id))
        for (const id of curves.keys()) {
          if (curves.size <= mostCurves) break
          curves.delete(id)
        }
        return { points: await points }
      } finally {
        handle.close()
      }
    },
  )
}

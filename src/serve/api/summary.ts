// Several runs side by side, whatever they were.
import { z } from 'zod'
import { summarise } from '../../run/index.ts'
import { metaOf } from '../former.ts'
import { Refusal } from '../refusal.ts'
import { type Api, named } from './api.ts'
import type { Summary } from './wire.ts'

const span = { low: z.number(), high: z.number() }
const summary = named(
  'Summary',
  z.object({
    unit: z.string(),
    methods: z.array(
      z.object({
        method: z.string(),
        runs: z.number(),
        solved: z.object({ rate: z.number(), ...span }).nullable(),
        score: z.object({ mean: z.number(), ...span }).nullable(),
        curve: z.array(z.object({ x: z.number(), y: z.number(), ...span })),
        spent: z.record(z.string(), z.number().nullable()),
      }),
    ),
    tasks: z.array(
      z.object({
        task: z.string(),
        world: z.string(),
        runs: z.array(
          z.object({
            run: z.string(),
            method: z.string(),
            solved: z.boolean().nullable(),
            score: z.number().nullable(),
            calls: z.number(),
          }),
        ),
      }),
    ),
  }),
)

export function addSummary(api: Api): void {
  api.post(
    '/api/summary',
    {
      summary: 'runs side by side: rates and scores by method with intervals, quality against spend, and a table by task',
      body: z.object({ runs: z.array(z.string().min(1)).min(1).max(10_000) }),
      answer: summary,
    },
    (a): Summary =>
      summarise(
        [...new Set(a.body.runs)].map((id, i) => {
          const meta = metaOf(api.store, id, a.by)
          if (meta === null) throw new Refusal(404, 'not_found', `there is no run ${id} here`, { param: `runs[${i}]` })
          return meta
        }),
      ),
  )
}

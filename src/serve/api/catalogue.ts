// What a run can be made of: forms are built from it.
import { z } from 'zod'
import type { KnobValue } from '../../contract/index.ts'
import { Failure } from '../../kernel/index.ts'
import { methods } from '../../method/index.ts'
import { budgetUnits, claimResults, evidenceFor } from '../../run/index.ts'
import { knobDetail } from '../../runtime/index.ts'
import { worldIds, worldNamed, worlds } from '../../world/index.ts'
import { Refusal } from '../refusal.ts'
import { rewards } from '../request.ts'
import { type Api, named } from './api.ts'
import type { Catalogue, KnobInfo, MethodInfo, WorldInfo } from './wire.ts'

const paper = z.object({ title: z.string(), id: z.string() })
const knobValue = z.union([z.number(), z.string(), z.boolean(), z.array(z.number())])
const catalogue = named(
  'Catalogue',
  z.object({
    version: z.string(),
    readOnly: z.boolean(),
    models: z.array(z.object({ name: z.string(), spec: z.string() })),
    worlds: z.array(
      z.object({
        id: z.string(),
        about: z.string(),
        examples: z.array(z.string()),
        makesTasks: z.boolean(),
        exact: z.boolean(),
        grains: z.array(z.string()),
      }),
    ),
    methods: z.array(
      z.object({
        id: z.string(),
        about: z.string(),
        paper: paper.nullable(),
        slot: z.string(),
        needs: z.array(z.string()),
        knobs: z.array(
          z.object({
            name: z.string(),
            type: z.enum(['number', 'string', 'boolean', 'list']),
            default: knobValue,
            min: z.number().optional(),
            max: z.number().optional(),
            choices: z.array(knobValue).optional(),
            doc: z.string().optional(),
          }),
        ),
        presets: z.record(z.string(), z.record(z.string(), knobValue)),
        evidence: z.array(z.object({ claim: z.string(), verdict: z.string() })),
      }),
    ),
    rewards: z.array(z.string()),
    loops: z.array(z.object({ id: z.string(), describe: z.string(), paper: paper.optional() })),
    formats: z.array(z.object({ id: z.string(), about: z.string(), columns: z.array(z.string()) })),
    units: z.array(z.string()),
  }) satisfies z.ZodType<Catalogue>,
)
const tasks = z.object({ tasks: z.array(z.object({ name: z.string(), task: z.string() })) })
const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most)

const formatAbout: Readonly<Record<string, string>> = {
  'language-modeling': 'whole texts: prompt and answer',
  sft: 'answers to imitate',
  preference: 'pairs of a better and a worse one',
  unpaired: 'answers, each right or wrong',
  stepwise: 'answers with a label at each step',
  group: 'several answers to one prompt with their rewards',
  ranking: 'several steps from one state with their worth',
  critique: 'judgements in words, with their values',
  tree: 'the whole tree, which reads back as it was',
}

/** What every run can be made of is the same as long as the server runs; it is made at the first need. */
export function addCatalogue(api: Api): void {
  const { settings } = api
  let made: Promise<Omit<Catalogue, 'readOnly'>> | undefined
  const make = async (): Promise<Omit<Catalogue, 'readOnly'>> => {
    const results = claimResults()
    const { loops } = await import('../../loop/catalogue.ts')
    const { formats } = await import('../../learn/data/index.ts')
    return {
      version: settings.version ?? '1',
      models: Object.entries(settings.models).map(([name, spec]) => ({ name, spec: shownSpec(spec) })),
      worlds: worldIds.map((id): WorldInfo => {
        const w = worlds[id]
        return {
          id,
          about: w.describe,
          examples: [...w.examples],
          makesTasks: w.tasks !== undefined,
          exact: w.exact !== false,
          grains: [...w.grains],
        }
      }),
      methods: [...methods.values()].map((m): MethodInfo => {
        return {
          id: m.id,
          about: m.paper?.title ?? 'baseline',
          paper: m.paper === undefined ? null : { title: m.paper.title, id: m.paper.id },
          slot: m.slot ?? 'search',
          needs: [...(m.needs ?? [])],
          knobs: Object.entries(m.knobs).map(([name, k]): KnobInfo => {
            const d = knobDetail(k)
            return {
              name,
              type: Array.isArray(d.default) ? 'list' : (typeof d.default as 'number' | 'string' | 'boolean'),
              default: d.default,
              ...(d.min === undefined ? {} : { min: d.min }),
              ...(d.max === undefined ? {} : { max: d.max }),
              ...(d.choices === undefined ? {} : { choices: [...d.choices] }),
              ...(d.doc === undefined ? {} : { doc: d.doc }),
            }
          }),
          presets: Object.fromEntries(
            Object.entries(m.presets ?? {}).map(([name, values]) => [
              name,
              Object.fromEntries(Object.entries(values).filter((x): x is [string, KnobValue] => x[1] !== undefined)),
            ]),
          ),
          evidence: evidenceFor(m.id, results).map(({ claim, verdict }) => ({ claim, verdict })),
        }
      }),
      rewards: [...rewards, ...Object.keys(settings.verifiers ?? {}).map(name => `verify:${name}`)],
      loops: [...loops.values()].map(l => ({ id: l.id, describe: l.describe, paper: { title: l.paper.title, id: l.paper.id } })),
      formats: [...Object.entries(formats), ['tree', {}] as const].map(([id, columns]) => ({
        id,
        about: formatAbout[id] ?? '',
        columns: Object.keys(columns),
      })),
      units: [...budgetUnits],
    }
  }
  api.get(
    '/api/catalogue',
    { summary: 'worlds, methods, models, rewards, loops and formats that there are', answer: catalogue },
    async () => {
      made ??= make()
      made.catch(() => (made = undefined))
      return { ...(await made), readOnly: api.readOnly }
    },
  )
  api.get(
    '/api/worlds/{id}/tasks',
    {
      summary: 'tasks that a world makes, the same for the same seed',
      query: z.object({
        n: whole(1, 1000).default(10),
        seed: whole(0, 2 ** 31 - 1).default(0),
        split: z.enum(['train', 'dev', 'test', 'all']).default('train'),
      }),
      answer: tasks,
    },
    ({ params, query }) => {
      const entry = worldOf(params.id)
      if (entry.tasks === undefined) throw new Refusal(404, 'no_tasks', `the world ${params.id} makes no tasks`)
      return { tasks: entry.tasks(query).map(({ id, task }) => ({ name: id, task: entry.showTask(task) })) }
    },
  )
}

/** @throws Refusal (404) */
function worldOf(id: string): ReturnType<typeof worldNamed> {
  try {
    return worldNamed(id)
  } catch (e) {
    if (e instanceof Failure) throw new Refusal(404, 'not_found', e.message)
    throw e
  }
}
/** A model without what may be secret in its address. */
const shownSpec = (spec: string): string => spec.replace(/\/\/[^/@\s]+@/, '//')

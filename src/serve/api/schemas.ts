// Schemas of what the API answers, for the OpenAPI document; each is held to its type in wire.ts by the compiler.
import { z } from 'zod'
import { named } from './api.ts'
import type {
  ActAnswer,
  ActRecord,
  Best,
  CurvePoint,
  EffectDetail,
  Flight,
  NodeDetail,
  RunRow,
  Token,
  TreeColumns,
  TreeGrowth,
  TreeStats,
  WhatIfAnswer,
} from './wire.ts'

/** Compiles where the schema gives what the type says. */
const as =
  <T>() =>
  <S extends z.ZodType<T>>(id: string, schema: S): S =>
    named(id, schema)

const unknownNumber = z.number().nullable()
const columnOf = z.array(unknownNumber)
const numbers = z.array(z.number())
export const knobValue = z.union([z.number(), z.string(), z.boolean(), z.array(z.number())])
const unit = z.number().optional()
export const limits = named(
  'Limits',
  z.object({
    calls: unit,
    requests: unit,
    inputTokens: unit,
    cachedTokens: unit,
    outputTokens: unit,
    reasoningTokens: unit,
    tokens: unit,
    usd: unit,
    seconds: unit,
    workingSeconds: unit,
    steps: unit,
    toolCalls: unit,
    nodes: unit,
  }),
)
const usage = named('Usage', limits.omit({ tokens: true, usd: true }).extend({ usd: unknownNumber.optional() }))

export const runRow = as<RunRow>()(
  'RunRow',
  z.object({
    run: z.string(),
    status: z.enum(['running', 'paused', 'done', 'failed', 'orphan']),
    worker: z.enum(['here', 'elsewhere']).nullable(),
    created: z.number(),
    updated: z.number(),
    world: z.string(),
    task: z.string(),
    method: z.string(),
    preset: z.string().nullable(),
    models: z.record(z.string(), z.string()),
    reward: z.string(),
    knobs: z.record(z.string(), knobValue),
    budget: limits,
    seed: z.number(),
    concurrency: z.number(),
    spent: usage,
    answer: z.string().nullable(),
    solved: z.boolean().nullable(),
    verifiedBy: z.string().nullable(),
    score: unknownNumber,
    nodes: z.number(),
    depth: z.number(),
    origin: z.string().nullable(),
    ended: z.string().nullable(),
    why: z.string().nullable(),
  }),
)
export const runList = named('RunList', z.object({ runs: z.array(runRow), next: z.string().nullable() }))

const stats = {
  at: numbers.optional(),
  flags: numbers,
  N: numbers,
  Q: columnOf,
  V: columnOf,
  R: columnOf,
  P: columnOf,
  se: columnOf,
  calls: numbers,
  tokens: numbers,
  usd: columnOf,
}
export const treeStats = as<TreeStats>()('TreeStats', z.object(stats))
export const best = as<Best>()(
  'Best',
  z.object({ text: z.string(), score: unknownNumber, verified: z.boolean().nullable(), rows: numbers }),
)
export const treeColumns = as<TreeColumns>()(
  'TreeColumns',
  z.object({
    run: z.string(),
    cursor: z.string(),
    size: z.number(),
    best: best.nullable(),
    parent: numbers,
    rank: numbers,
    born: columnOf,
    ...stats,
  }),
)
export const treeGrowth = as<TreeGrowth>()(
  'TreeGrowth',
  z.object({ from: z.number(), parent: numbers, rank: numbers, born: columnOf, stats: treeStats, time: z.number() }),
)
export const flight = as<Flight>()(
  'Flight',
  z.object({
    effects: z.array(z.object({ row: unknownNumber, kind: z.string(), what: z.string(), since: z.number() })),
    of: z.number(),
  }),
)
export const actRecord = as<ActRecord>()(
  'ActRecord',
  z.object({
    time: z.number(),
    do: z.string(),
    row: unknownNumber,
    than: z.number().optional(),
    text: z.string().optional(),
    limits: limits.optional(),
    pending: z.boolean().optional(),
  }),
)
export const actAnswer = as<ActAnswer>()('ActAnswer', z.object({ run: runRow, recorded: z.boolean(), row: z.number().optional() }))

const token = as<Token>()('Token', z.object({ text: z.string(), logprob: z.number() }))
const tokens = z.array(token).nullable()
const effect = as<EffectDetail>()(
  'EffectDetail',
  z.object({
    k: z.number(),
    kind: z.string(),
    status: z.enum(['ok', 'error', 'timeout', 'cancelled', 'open']),
    began: z.number(),
    ended: unknownNumber,
    usage,
    cached: z.boolean(),
    prompt: z.array(z.object({ role: z.string(), content: z.string() })).nullable(),
    options: z.record(z.string(), z.unknown()).nullable(),
    samples: z.array(z.object({ text: z.string(), finish: z.string().nullable(), tokens })),
    reply: z.string().nullable(),
  }),
)
const sibling = named(
  'Sibling',
  z.object({
    row: z.number(),
    action: z.string(),
    N: z.number(),
    Q: unknownNumber,
    V: unknownNumber,
    P: unknownNumber,
    terms: z.record(z.string(), unknownNumber).nullable(),
  }),
)
export const nodeDetail = as<NodeDetail>()(
  'NodeDetail',
  z.object({
    run: z.string(),
    row: z.number(),
    key: z.string(),
    parent: unknownNumber,
    depth: z.number(),
    action: z.string().nullable(),
    state: z.string(),
    rendered: z.string().nullable(),
    flags: z.array(z.string()),
    outcome: z
      .object({ answer: z.string(), failed: z.boolean(), open: z.boolean(), reward: unknownNumber, feedback: z.string().nullable() })
      .nullable(),
    stats: z.record(z.string(), unknownNumber),
    judgements: z.array(
      z.object({
        by: z.string(),
        column: z.string(),
        value: unknownNumber,
        sd: unknownNumber,
        critique: z.string().nullable(),
        parts: z.record(z.string(), z.number()).nullable(),
      }),
    ),
    draws: z.array(z.object({ text: z.string().nullable(), logprob: unknownNumber, prior: unknownNumber, tokens })),
    effects: z.array(effect),
    siblings: z.array(sibling),
    children: z.array(sibling),
    notes: z.array(z.object({ kind: z.string(), scope: z.string(), text: z.string() })),
    spent: z.object({ calls: z.number(), tokens: z.number(), usd: unknownNumber }),
    pending: z.object({ progress: z.number() }).optional(),
  }),
)
export const whatIfAnswer = as<WhatIfAnswer>()(
  'WhatIfAnswer',
  z.object({
    method: z.string(),
    covered: z.number(),
    requests: z.number(),
    answer: z.string().nullable(),
    solved: z.boolean().nullable(),
    score: unknownNumber,
    spent: usage,
    ended: z.string(),
    nodes: z.number(),
  }),
)
export const curvePoint = as<CurvePoint>()(
  'CurvePoint',
  z.object({
    calls: z.number(),
    tokens: z.number(),
    usd: unknownNumber,
    seconds: z.number(),
    score: unknownNumber,
    solved: z.boolean().nullable(),
    text: z.string(),
  }),
)

// The searches as tools of other agents, by the Model Context Protocol: solve, compare, resume, explain_run; runs and their trees as resources.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import type { Limits } from '../contract/index.ts'
import { Failure, nearest } from '../kernel/index.ts'
import { methodIds } from '../method/index.ts'
import { type CompareEvent, comparePlan, comparisonTable, parseBudget, recorded, showBudget } from '../run/index.ts'
import { asRoles, type Event } from '../runtime/index.ts'
import type { RunMeta } from '../store/index.ts'
import { worldNamed } from '../world/index.ts'
import type { Account } from './account.ts'
import { extrasOf } from './bodies.ts'
import { choose } from './choose.ts'
import type { Desk } from './desk.ts'
import { explained } from './explain.ts'
import { offerRuns, runOf } from './mcp-runs.ts'
import { asRefusal } from './refusal.ts'
import type { Asked } from './request.ts'
import { coverRest, raised } from './rest.ts'
import type { Said } from './said.ts'
import { limitsOf, planOf } from './search.ts'
import { atMost, type ServeSettings } from './settings.ts'
import { narrator } from './tell.ts'

/** What a tool is told of its call, as far as it is used here. */
interface Extra {
  readonly signal: AbortSignal
  readonly _meta?: { readonly progressToken?: string | number | undefined } | undefined
  sendNotification(n: {
    method: 'notifications/progress'
    params: { progressToken: string | number; progress: number; total?: number; message?: string }
  }): Promise<void>
}

const knob = z.union([z.number(), z.string(), z.boolean(), z.array(z.number())])
const budgetDoc = 'limits, such as "calls=50" or "usd=0.02,time=20s"'
const runDoc = 'id of a run, such as r-mwou18'

/** Tells how far a call is, where its client wants to know. What is told grows, as the protocol has it. */
function progress(extra: Extra): (message: string, done?: number, total?: number) => void {
  const token = extra._meta?.progressToken
  if (token === undefined) return () => {}
  let last = 0
  return (message, done, total) => {
    last = Math.max(last + 1e-6, done ?? last)
    const params = { progressToken: token, progress: last, message, ...(total === undefined ? {} : { total }) }
    // Who does not listen any more has gone: the call itself is told by its signal.
    extra.sendNotification({ method: 'notifications/progress', params }).catch(() => {})
  }
}
/** Events of a run as progress: calls of the calls it may have. */
function watched(extra: Extra, limits: Limits): (e: Event) => void {
  const tell = progress(extra)
  let calls = 0
  const narrate = narrator(line => tell(line, calls, limits.calls))
  return e => {
    if (e.kind === 'effect.end') calls = e.data.spent.calls
    narrate(e)
  }
}

const text = (words: string, structured?: object): CallToolResult => ({
  content: [{ type: 'text', text: words }],
  ...(structured === undefined ? {} : { structuredContent: structured as Record<string, unknown> }),
})
/** What went wrong, for the agent to mend: an error of the tool, not of the protocol. */
async function attempted(work: () => Promise<CallToolResult>): Promise<CallToolResult> {
  try {
    return await work()
  } catch (e) {
    return { ...text(asRefusal(e).message), isError: true }
  }
}
function answered(s: Said, limits: Limits): CallToolResult {
  const [reply] = s.replies
  const verdict = s.verifiedBy === null ? 'nothing verified it' : s.solved ? `verified by ${s.verifiedBy}` : `not right, by ${s.verifiedBy}`
  const words =
    reply === undefined
      ? `No answer: ${s.ended === 'budget' ? `the budget (${showBudget(limits)}) ended` : 'the search ended'}. Run ${s.run}, ${s.usage.calls} calls.`
      : `${reply.text}\n\n(${verdict}; run ${s.run}, ${s.usage.calls} calls${s.short ? '; cut short: resume goes on' : ''})`
  return text(words, { answer: reply?.text ?? null, ...extrasOf(s) })
}

/** A server of the protocol for one client. @param account of the client's key, where keys are asked for */
export function mcpServer(settings: ServeSettings, desk: Desk, version: string, account?: Account): McpServer {
  const server = new McpServer({ name: 'espalier', version }, { capabilities: { logging: {} } })
  const names = Object.keys(settings.models)
  const by = account?.key.name
  const model = z
    .string()
    .default(names[0])
    .describe(`one of: ${names.join(', ')}`)
  const methodDoc = 'search method, such as auto, best-of-n, puct; auto chooses'

  server.registerTool(
    'solve',
    {
      title: 'Search for an answer',
      description:
        'Grows a search tree over what a language model could do next, and answers with the best it found, its verdict and its cost. Worlds and how their tasks are written: the resource espalier://worlds.',
      inputSchema: {
        world: z
          .string()
          .default('chat')
          .describe('kind of task: chat (any request in words), reason (a question with a short answer), game24, ...'),
        task: z.string().min(1).describe('the task as the world writes it'),
        method: z.string().default('auto').describe(methodDoc),
        model,
        budget: z.string().optional().describe(budgetDoc),
        knobs: z.record(z.string(), knob).optional().describe('settings of the method'),
        preset: z.string().optional(),
        seed: z.int().optional(),
        verifier: z
          .string()
          .optional()
          .describe(`one of: ${Object.keys(settings.verifiers ?? {}).join(', ') || 'none are configured'}`),
      },
    },
    (a, extra) =>
      attempted(async () => {
        worldNamed(a.world)
        const chosen = choose(`${a.method}/${a.model}`, settings)
        if (chosen.method === null) throw unknownMethod(a.method)
        const asked: Asked = {
          model: `${a.method}/${a.model}`,
          messages: [],
          sampling: {},
          n: 1,
          stream: false,
          usage: false,
          logprobs: false,
          budget: a.budget === undefined ? {} : parseBudget([a.budget], 'budget'),
          knobs: a.knobs ?? {},
          knobTexts: [],
          ...(a.preset === undefined ? {} : { preset: a.preset }),
          ...(a.seed === undefined ? {} : { seed: a.seed }),
          ...(a.verifier === undefined ? {} : { verifier: a.verifier }),
        }
        if (a.verifier !== undefined && !Object.hasOwn(settings.verifiers ?? {}, a.verifier))
          throw new Failure('usage', `no verifier is called '${a.verifier}' here`)
        const seat = desk.sit(extra.signal)
        let release = (): void => {}
        try {
          const wanted = limitsOf(asked, chosen, settings, null)
          const held = account?.hold(wanted) ?? { limits: wanted, release }
          release = held.release
          const policy = await desk.provider(chosen.spec, a.world)
          const { judge } = settings
          const models = judge === undefined ? { policy } : { policy, judge: await desk.provider(settings.models[judge] ?? judge, a.world) }
          const { plan, planned } = await planOf(
            asked,
            chosen,
            { world: a.world, task: a.task },
            { limits: held.limits, models, settings, by },
          )
          return answered(await desk.search(asked, plan, planned, seat, { account, onEvent: watched(extra, held.limits) }), held.limits)
        } finally {
          release()
          seat.leave()
        }
      }),
  )

  // What a comparison spends is many budgets at once: a key that has one may not make it.
  if (account?.key.budget === undefined)
    server.registerTool(
      'compare',
      {
        title: 'Compare methods at equal spend',
        description:
          'Runs methods on the same made tasks of a world, each within the same budget, and says with intervals whether searching paid.',
        inputSchema: {
          world: z.string().describe('a world that makes and grades its tasks, such as game24'),
          methods: z.array(z.string()).min(1).max(40).describe(methodDoc),
          model,
          n: z.int().min(1).max(1000).default(20).describe('tasks'),
          seeds: z.int().min(1).max(20).default(1),
          seed: z.int().min(0).default(1),
          budget: z.string().default('calls=50').describe(`of each run: ${budgetDoc}`),
        },
      },
      (a, extra) =>
        attempted(async () => {
          worldNamed(a.world)
          for (const m of a.methods) if (!methodIds.includes(m.split('@')[0])) throw unknownMethod(m)
          if (!Object.hasOwn(settings.models, a.model)) choose(a.model, settings)
          const seat = desk.sit(extra.signal)
          const tell = progress(extra)
          try {
            const comparing = comparePlan(
              {
                world: a.world,
                tasks: { n: a.n, split: 'test' },
                methods: a.methods,
                models: { policy: settings.models[a.model] },
                budget: atMost(parseBudget([a.budget], 'budget'), settings.most),
                seeds: a.seeds,
                seed: a.seed,
                ...(settings.baseUrl === undefined ? {} : { baseUrl: settings.baseUrl }),
                ...(settings.concurrency === undefined ? {} : { concurrency: settings.concurrency }),
                ...(settings.store === null ? {} : { weights: `${settings.store}/models` }),
                ...(by === undefined ? {} : { by }),
              },
              {
                store: settings.store,
                threads: 1,
                onEvent(e) {
                  const { kind, data } = e as CompareEvent
                  if (kind === 'compare.cell') tell(`${data.method} on ${data.item}: ${data.correct ?? 'failed'}`, data.done, data.of)
                },
              },
            )
            const stop = (): void => {
              comparing.interrupt()
              comparing.interrupt()
            }
            seat.over.addEventListener('abort', stop, { once: true })
            if (seat.over.aborted) stop()
            const c = await comparing
            return text(`${c.verdict}\n\n${comparisonTable(c, { width: 120 })}`, {
              comparison: c.id,
              ended: c.ended,
              verdict: c.verdict,
              rows: JSON.parse(JSON.stringify(c.rows)) as unknown,
              spent: c.spent,
            })
          } finally {
            seat.leave()
          }
        }),
    )

  const named = (id: string): RunMeta => runOf(desk, by, id)

  server.registerTool(
    'resume',
    {
      title: 'Go on with a run',
      description:
        'Goes on with a run that was cancelled or interrupted, or that came to the end of its budget, which may be raised. What was paid for is not paid again.',
      inputSchema: { run: z.string().describe(runDoc), budget: z.string().optional().describe(`raised limits: ${budgetDoc}`) },
    },
    (a, extra) =>
      attempted(async () => {
        const meta = named(a.run)
        const raise = a.budget === undefined ? {} : parseBudget([a.budget], 'budget')
        const limits = raised(meta, raise, settings.most)
        const seat = desk.sit(extra.signal)
        const close: (() => unknown)[] = [seat.leave]
        try {
          if (account !== undefined) close.push(coverRest(meta, limits, account))
          const { frame, task, plan, entry, reward } = await recorded(meta, { budget: limits })
          for (const p of new Set(Object.values(asRoles(frame.model)))) close.push(() => p.close?.())
          const said = await desk.search({ n: 1 }, plan, { frame, task, entry, reward }, seat, {
            resume: meta,
            account,
            onEvent: watched(extra, limits),
          })
          return answered(said, limits)
        } finally {
          for (const end of close) await end()
        }
      }),
  )

  server.registerTool(
    'explain_run',
    {
      title: 'Explain a run',
      description:
        'How an answer came about: how the run was asked for, what it spent, the steps to the answer with their values, and the other answers.',
      inputSchema: { run: z.string().describe(runDoc) },
      annotations: { readOnlyHint: true },
    },
    a => attempted(async () => text(await explained(desk.store!, named(a.run)))),
  )

  offerRuns(server, desk, by)
  return server
}

const unknownMethod = (id: string): Failure => {
  const near = nearest(id, methodIds)
  return new Failure('usage', `no method is called '${id}'`, near === undefined ? '' : `did you mean ${near}?`)
}

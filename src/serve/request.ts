// Requests of OpenAI's protocol, read and checked at the door. Fields that are not known are passed over, as the protocol's own servers do.
import { z } from 'zod'
import type { KnobValue, Limits, Message, Sampling } from '../contract/index.ts'
import { parseBudget } from '../run/index.ts'
import { checked } from './checked.ts'
import { Refusal } from './refusal.ts'

const part = z.union([
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('input_text'), text: z.string() }),
  z.object({ type: z.literal('output_text'), text: z.string() }),
])
const content = z.union([z.string(), z.array(part), z.null()]).optional()
const toolCall = z.object({
  id: z.string(),
  type: z.literal('function').optional(),
  function: z.object({ name: z.string(), arguments: z.string() }),
})
const message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content,
  tool_calls: z.array(toolCall).optional(),
  tool_call_id: z.string().optional(),
  name: z.string().optional(),
})
const knob = z.union([z.number(), z.string(), z.boolean(), z.array(z.number())])
/** What a request may have its search paid for. A command is none of these: verifiers are chosen by the names that the configuration gives them. */
export const rewards = ['exact', 'votes', 'judge', 'judge:pairwise', 'judge:listwise', 'critic', 'certainty', 'likelihood'] as const
/** What Espalier adds to a request. Each can be said by a header, too: `x-espalier-budget: usd=0.02,time=20s`. */
const own = z
  .object({
    budget: z.union([z.string(), z.record(z.string(), z.number())]).optional(),
    knobs: z.record(z.string(), knob).optional(),
    preset: z.string().optional(),
    seed: z.int().optional(),
    verifier: z.string().optional(),
    reward: z.enum(rewards).optional(),
    world: z.string().optional(),
  })
  .strict()
const common = {
  model: z.string().min(1),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  max_tokens: z.int().positive().nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(16)]).nullish(),
  n: z.int().min(1).max(128).nullish(),
  seed: z.int().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().optional() }).nullish(),
  user: z.string().nullish(),
  espalier: own.optional(),
}
const chatRequest = z.object({
  ...common,
  messages: z.array(message).min(1),
  max_completion_tokens: z.int().positive().nullish(),
  tools: z.array(z.object({ type: z.literal('function'), function: z.object({ name: z.string() }).loose() })).nullish(),
  tool_choice: z.unknown().optional(),
  response_format: z
    .object({ type: z.enum(['text', 'json_object', 'json_schema']) })
    .loose()
    .nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
})
const completionRequest = z.object({
  ...common,
  prompt: z.union([z.string(), z.array(z.string()).length(1)]),
  logprobs: z.int().min(0).max(5).nullish(),
})
const responsesRequest = z.object({
  ...common,
  input: z.union([
    z.string(),
    z.array(
      z.union([
        z.object({
          type: z.literal('message').optional(),
          role: z.enum(['system', 'developer', 'user', 'assistant']),
          content: z.union([z.string(), z.array(part)]),
        }),
        z.object({ type: z.literal('function_call'), call_id: z.string(), name: z.string(), arguments: z.string() }),
        z.object({ type: z.literal('function_call_output'), call_id: z.string(), output: z.string() }),
      ]),
    ),
  ]),
  instructions: z.string().nullish(),
  previous_response_id: z.null({ error: 'answers are not kept here: send the whole conversation as input' }).optional(),
  text: z
    .object({
      format: z
        .object({ type: z.enum(['text', 'json_object', 'json_schema']) })
        .loose()
        .optional(),
    })
    .loose()
    .nullish(),
  tool_choice: z.unknown().optional(),
  max_output_tokens: z.int().positive().nullish(),
  tools: z.array(z.object({ type: z.literal('function'), name: z.string() }).loose()).nullish(),
})
/** Schemas by name, for the OpenAPI document. */
export const requestSchemas = {
  ChatCompletionRequest: chatRequest,
  CompletionRequest: completionRequest,
  ResponseRequest: responsesRequest,
  EspalierOptions: own,
}

/** A request of any of the three kinds, as the search takes it. */
export interface Asked {
  readonly model: string
  readonly messages: readonly Message[]
  readonly sampling: Sampling
  readonly n: number
  readonly stream: boolean
  /** Usage at the end of a stream. */
  readonly usage: boolean
  readonly logprobs: boolean
  readonly budget: Limits
  readonly knobs: Readonly<Record<string, KnobValue>>
  /** More of them, as texts: `c=0.7`. */
  readonly knobTexts: readonly string[]
  readonly preset?: string
  readonly seed?: number
  readonly verifier?: string
  readonly reward?: string
  readonly world?: string
}

type Common = { [K in keyof typeof common]?: z.infer<(typeof common)[K]> } & { model: string }

const textOf = (c: z.infer<typeof content>): string => (typeof c === 'string' ? c : (c ?? []).map(p => p.text).join(''))
const messageOf = (m: z.infer<typeof message>): Message => ({
  role: m.role === 'developer' ? 'system' : m.role === 'function' ? 'tool' : m.role,
  content: textOf(m.content),
  ...(m.tool_calls === undefined
    ? {}
    : { toolCalls: m.tool_calls.map(c => ({ id: c.id, name: c.function.name, arguments: c.function.arguments })) }),
  ...(m.tool_call_id === undefined ? {} : { toolCallId: m.tool_call_id }),
})

function settled(
  c: Common,
  headers: Headers,
  messages: readonly Message[],
  more: Sampling,
  longest: number | null | undefined,
  /** So many of the likeliest tokens beside each; null: no logprobs. */
  likely: number | null,
): Asked {
  const header = (name: string): string | undefined => headers.get(`x-espalier-${name}`) ?? undefined
  const e = c.espalier ?? {}
  const budget = header('budget') ?? e.budget
  const seed = header('seed') ?? e.seed ?? c.seed ?? undefined
  if (seed !== undefined && !Number.isInteger(Number(seed)))
    throw new Refusal(400, 'invalid_value', `seed: expected a whole number, found ${seed}`, { param: 'seed' })
  const reward = header('reward') ?? e.reward
  if (reward !== undefined && !(rewards as readonly string[]).includes(reward))
    throw new Refusal(400, 'invalid_value', `reward: expected one of ${rewards.join(', ')}`, { param: 'reward' })
  const max = longest ?? c.max_tokens ?? undefined
  const optional = <K extends string, V>(key: K, value: V | null | undefined): { [P in K]?: V } =>
    value === null || value === undefined ? {} : ({ [key]: value } as { [P in K]?: V })
  return {
    model: c.model,
    messages,
    sampling: {
      ...more,
      ...optional('temperature', c.temperature),
      ...optional('topP', c.top_p),
      ...optional('max', max),
      ...optional('stop', typeof c.stop === 'string' ? [c.stop] : c.stop),
      ...(likely === null ? {} : { logprobs: true }),
      ...(likely === null || likely === 0 ? {} : { top: likely }),
    },
    n: c.n ?? 1,
    stream: c.stream ?? false,
    usage: c.stream_options?.include_usage ?? false,
    logprobs: likely !== null,
    budget:
      budget === undefined
        ? {}
        : typeof budget === 'string'
          ? parseBudget([budget], 'x-espalier-budget')
          : parseBudget(
              [
                Object.entries(budget)
                  .map(([k, x]) => `${k}=${x}`)
                  .join(','),
              ],
              'espalier.budget',
            ),
    knobs: { ...e.knobs },
    knobTexts: (header('knobs') ?? '')
      .split(';')
      .map(x => x.trim())
      .filter(Boolean),
    ...optional('preset', header('preset') ?? e.preset),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
    ...optional('verifier', header('verifier') ?? e.verifier),
    ...optional('reward', reward),
    ...optional('world', header('world') ?? e.world),
  }
}

/** Nothing where there are none, or where none may be called. */
const toolsOf = (tools: readonly unknown[] | null | undefined, choice: unknown): Sampling =>
  tools == null || tools.length === 0 || choice === 'none'
    ? {}
    : { tools, ...(choice == null || choice === 'auto' ? {} : { toolChoice: choice }) }

/** @throws Refusal that names the field */
export function readChat(body: unknown, headers: Headers): Asked {
  const r = checked(chatRequest, body)
  const format = r.response_format
  const schema =
    format?.type === 'json_schema' ? (format as { json_schema?: unknown }).json_schema : format?.type === 'json_object' ? true : undefined
  const more: Sampling = { ...(schema === undefined ? {} : { schema }), ...toolsOf(r.tools, r.tool_choice) }
  return settled(r as Common, headers, r.messages.map(messageOf), more, r.max_completion_tokens, r.logprobs ? (r.top_logprobs ?? 0) : null)
}
export function readCompletion(body: unknown, headers: Headers): Asked {
  const r = checked(completionRequest, body)
  return settled(
    r as Common,
    headers,
    [{ role: 'user', content: typeof r.prompt === 'string' ? r.prompt : r.prompt[0] }],
    {},
    undefined,
    // As it was meant: how many are told beside the one that was drawn.
    r.logprobs ?? null,
  )
}
export function readResponses(body: unknown, headers: Headers): Asked {
  const r = checked(responsesRequest, body)
  const items = typeof r.input === 'string' ? [{ role: 'user' as const, content: r.input }] : r.input
  const messages = items.map((x): Message => {
    if ('call_id' in x)
      return 'output' in x
        ? { role: 'tool', content: x.output, toolCallId: x.call_id }
        : { role: 'assistant', content: '', toolCalls: [{ id: x.call_id, name: x.name, arguments: x.arguments }] }
    return messageOf({ role: x.role, content: x.content })
  })
  const tools = r.tools?.map(({ type, ...f }) => ({ type, function: f }))
  const all: Message[] = r.instructions == null ? messages : [{ role: 'system', content: r.instructions }, ...messages]
  const format = r.text?.format as { type: string; name?: unknown; schema?: unknown } | undefined
  const schema =
    format?.type === 'json_schema'
      ? { name: format.name ?? 'reply', schema: format.schema }
      : format?.type === 'json_object'
        ? true
        : undefined
  // A tool by name is written otherwise here than in the chat form.
  const named = r.tool_choice as { type?: unknown; name?: unknown } | null | undefined
  const choice =
    typeof named === 'object' && named?.type === 'function' ? { type: 'function', function: { name: named.name } } : r.tool_choice
  return settled(
    r as Common,
    headers,
    joined(all),
    { ...(schema === undefined ? {} : { schema }), ...toolsOf(tools, choice) },
    r.max_output_tokens,
    null,
  )
}

/** Calls that stand one after the other were made in one message. */
function joined(messages: readonly Message[]): Message[] {
  const out: Message[] = []
  for (const m of messages) {
    const last = out.at(-1)
    if (m.toolCalls !== undefined && last?.role === 'assistant')
      out[out.length - 1] = { ...last, content: last.content + m.content, toolCalls: [...(last.toolCalls ?? []), ...m.toolCalls] }
    else out.push(m)
  }
  return out
}

// The body of a request, from messages and sampling.
import type { Message, Sampling } from '../../contract/index.ts'

export type Api = 'chat' | 'completions'
/** How a server is told to go on writing the last message rather than to answer it. */
export type Prefill = 'vllm' | 'prefix' | 'last'

export interface Wording {
  readonly model: string
  readonly api: Api
  readonly stream: boolean
  readonly top: number
  readonly ids: boolean
  readonly effort: string | undefined
  readonly prefill: Prefill | undefined
}
/** Names of the body that a server may turn out not to take, and that can be left out or said otherwise. */
export type Optional =
  | 'n'
  | 'max_tokens'
  | 'max_completion_tokens'
  | 'seed'
  | 'temperature'
  | 'top_p'
  | 'stop'
  | 'stream_options'
  | 'top_logprobs'
  | 'return_token_ids'
export const optional: readonly Exclude<Optional, 'n'>[] = [
  'max_tokens',
  'max_completion_tokens',
  'seed',
  'temperature',
  'top_p',
  'stop',
  'stream_options',
  'top_logprobs',
  'return_token_ids',
]

/**
 * @param maxKey the name this server gives the bound of a completion; undefined: no bound is given
 * @param lacking what the server is known not to take
 */
export function bodyOf(
  messages: readonly Message[],
  o: Sampling & { n: number; max: number; seed: number },
  w: Wording,
  maxKey: 'max_tokens' | 'max_completion_tokens' | undefined,
  lacking: ReadonlySet<Optional>,
): Record<string, unknown> {
  const body: Record<string, unknown> = { model: w.model }
  const chat = w.api === 'chat'
  if (chat) body.messages = chatMessages(messages, w.prefill)
  else body.prompt = promptOf(messages)
  if (o.n > 1) body.n = o.n
  if (maxKey !== undefined) body[maxKey] = o.max
  const put = (key: Optional, value: unknown): void => {
    if (value !== undefined && !lacking.has(key)) body[key] = value
  }
  put('temperature', o.temperature)
  put('top_p', o.topP)
  put('seed', o.seed)
  put('stop', o.stop === undefined || o.stop.length === 0 ? undefined : [...o.stop])
  if (o.logprobs) {
    const top = Math.max(w.top, o.top ?? 0)
    if (chat) body.logprobs = true
    else body.logprobs = Math.max(1, top)
    if (chat && top > 0) put('top_logprobs', top)
    if (w.ids) put('return_token_ids', true)
  }
  if (chat && o.schema !== undefined) body.response_format = responseFormat(o.schema)
  if (chat && o.tools !== undefined && o.tools.length > 0) body.tools = o.tools.map(toolOf)
  if (body.tools !== undefined && o.toolChoice !== undefined) body.tool_choice = o.toolChoice
  if (chat && w.effort !== undefined) body.reasoning_effort = w.effort
  if (w.stream) {
    body.stream = true
    put('stream_options', { include_usage: true })
  }
  if (chat && w.prefill === 'vllm' && messages.at(-1)?.role === 'assistant')
    Object.assign(body, { add_generation_prompt: false, continue_final_message: true })
  return body
}

/** A tool's result whose call is not known goes as the user's word: the protocol's own role wants the id of the call. */
function chatMessages(messages: readonly Message[], prefill: Prefill | undefined): Record<string, unknown>[] {
  return messages.map((m, i) => ({
    role: m.role === 'tool' && m.toolCallId === undefined ? 'user' : m.role,
    content: m.content,
    ...(m.toolCallId === undefined ? {} : { tool_call_id: m.toolCallId }),
    ...(m.toolCalls === undefined || m.toolCalls.length === 0
      ? {}
      : { tool_calls: m.toolCalls.map(c => ({ id: c.id, type: 'function', function: { name: c.name, arguments: c.arguments } })) }),
    ...(prefill === 'prefix' && m.role === 'assistant' && i === messages.length - 1 ? { prefix: true } : {}),
  }))
}

/** Messages as one text, for models without a chat template: a blank line between them, and the last one, if it is the assistant's, goes on. */
export const promptOf = (messages: readonly Message[]): string => {
  const text = messages.map(m => m.content).join('\n\n')
  return messages.length === 0 || messages.at(-1)!.role === 'assistant' ? text : `${text}\n\n`
}

/** A JSON schema, or `{name, schema}`; true: any JSON. */
function responseFormat(schema: unknown): Record<string, unknown> {
  if (schema === true) return { type: 'json_object' }
  const given = schema as Record<string, unknown>
  const named = typeof given.name === 'string' && typeof given.schema === 'object'
  const own = named ? given : { name: 'reply', schema: given }
  return { type: 'json_schema', json_schema: { ...own, strict: own.strict ?? closed(own.schema) } }
}

/** Is every object of a schema closed, and all in it required? Only then does the API take it as strict. */
function closed(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(closed)
  if (typeof schema !== 'object' || schema === null) return true
  const s = schema as Record<string, unknown>
  if (s.type === 'object' || s.properties !== undefined) {
    const names = Object.keys((s.properties as object | undefined) ?? {})
    const required = new Set(s.required as string[] | undefined)
    if (s.additionalProperties !== false || !names.every(n => required.has(n))) return false
    if (!Object.values((s.properties as object | undefined) ?? {}).every(closed)) return false
  }
  return [s.items, s.anyOf, s.$defs === undefined ? undefined : Object.values(s.$defs as object)].every(x => x === undefined || closed(x))
}

/** As the API has it, or the function alone: `{name, description, parameters}`. */
const toolOf = (tool: unknown): unknown =>
  typeof tool === 'object' && tool !== null && !('type' in tool) && 'name' in tool ? { type: 'function', function: tool } : tool

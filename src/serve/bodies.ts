// Answers in the shapes of OpenAI's protocol, whole and in parts.
import type { Usage } from '../contract/index.ts'
import type { Reply } from '../world/index.ts'
import type { Said } from './said.ts'

/** Of one request. */
export interface Envelope {
  readonly id: string
  readonly model: string
  /** Unix seconds. */
  readonly created: number
}
/** The true total over every call that was made. */
export const usageOf = (u: Usage): object => ({
  prompt_tokens: u.inputTokens,
  completion_tokens: u.outputTokens,
  total_tokens: u.inputTokens + u.outputTokens,
  prompt_tokens_details: { cached_tokens: u.cachedTokens },
  completion_tokens_details: { reasoning_tokens: u.reasoningTokens },
})
/** What Espalier adds. */
export const extrasOf = (s: Said): object => ({
  run: s.run,
  solved: s.solved,
  verified_by: s.verifiedBy,
  ...(s.why === undefined ? {} : { why: s.why }),
  spent: s.usage,
})
export const finishOf = (r: Reply | undefined, s: Said): string =>
  r === undefined || r.cut === true ? (s.short || r?.cut ? 'length' : 'stop') : r.toolCalls?.length ? 'tool_calls' : 'stop'

const callsOf = (r: Reply, id: string) =>
  r.toolCalls?.map((c, i) => ({ id: `call_${id}_${i}`, type: 'function', function: { name: c.name, arguments: c.arguments } }))
/** Log-probabilities of the tokens of a reply. Their texts are not told by every model: then a token is named by its number. */
const logprobsOf = (tokens: Said['replies'][number]['tokens']): object | null =>
  tokens === undefined
    ? null
    : { content: tokens.map(t => ({ token: `token_id:${t.id}`, logprob: t.logprob, bytes: null, top_logprobs: [] })) }

export function chatBody(e: Envelope, s: Said, logprobs: boolean): object {
  const none: Said['replies'][number] = { text: '' }
  const replies = s.replies.length === 0 ? [none] : s.replies
  return {
    id: e.id,
    object: 'chat.completion',
    created: e.created,
    model: e.model,
    choices: replies.map((r, index) => {
      const calls = callsOf(r, `${e.id.slice(-8)}${index}`)
      return {
        index,
        message: {
          role: 'assistant',
          content: r.text === '' && calls !== undefined ? null : r.text,
          refusal: null,
          ...(calls === undefined ? {} : { tool_calls: calls }),
        },
        logprobs: logprobs ? logprobsOf(r.tokens) : null,
        finish_reason: finishOf(s.replies[index], s),
      }
    }),
    usage: usageOf(s.usage),
    espalier: extrasOf(s),
  }
}
/** A part of a chat answer. */
export const chunk = (e: Envelope, delta: object, o: { index?: number; finish?: string; more?: object } = {}): object => ({
  id: e.id,
  object: 'chat.completion.chunk',
  created: e.created,
  model: e.model,
  choices: [{ index: o.index ?? 0, delta, logprobs: null, finish_reason: o.finish ?? null }],
  ...o.more,
})
/** The parts of the answer itself, with the end of each choice. */
export function* answerChunks(e: Envelope, s: Said, logprobs: boolean): Generator<object> {
  const replies = s.replies.length === 0 ? [undefined] : s.replies
  for (const [index, r] of replies.entries()) {
    for (const text of pieces(r?.text ?? '')) yield chunk(e, { content: text }, { index })
    const calls = r === undefined ? undefined : callsOf(r, `${e.id.slice(-8)}${index}`)
    if (calls !== undefined) yield chunk(e, { tool_calls: calls.map((c, i) => ({ index: i, ...c })) }, { index })
    const end = chunk(e, {}, { index, finish: finishOf(r, s) }) as { choices: { logprobs: unknown }[] }
    if (logprobs && r !== undefined) end.choices[0].logprobs = logprobsOf(r.tokens)
    yield end
  }
}
/** A text in pieces of some words. */
function* pieces(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const space = text.indexOf(' ', at + 24)
    const to = space < 0 ? text.length : space + 1
    yield text.slice(at, to)
    at = to
  }
}
export const usageChunk = (e: Envelope, s: Said): object => ({
  id: e.id,
  object: 'chat.completion.chunk',
  created: e.created,
  model: e.model,
  choices: [],
  usage: usageOf(s.usage),
  espalier: extrasOf(s),
})

export const completionBody = (e: Envelope, s: Said): object => ({
  id: e.id,
  object: 'text_completion',
  created: e.created,
  model: e.model,
  choices: (s.replies.length === 0 ? [undefined] : s.replies).map((r, index) => ({
    index,
    text: r?.text ?? '',
    logprobs: null,
    finish_reason: finishOf(r, s),
  })),
  usage: usageOf(s.usage),
  espalier: extrasOf(s),
})
export const completionChunk = (e: Envelope, text: string, o: { index?: number; finish?: string; more?: object } = {}): object => ({
  id: e.id,
  object: 'text_completion',
  created: e.created,
  model: e.model,
  choices: [{ index: o.index ?? 0, text, logprobs: null, finish_reason: o.finish ?? null }],
  ...o.more,
})

/** The answer of /v1/responses. */
export function responsesBody(e: Envelope, s: Said): object {
  const r = s.replies[0]
  const calls = r?.toolCalls ?? []
  return {
    id: e.id,
    object: 'response',
    created_at: e.created,
    status: r === undefined || r.cut ? 'incomplete' : 'completed',
    incomplete_details: r === undefined || r.cut ? { reason: 'max_output_tokens' } : null,
    error: null,
    model: e.model,
    output: [
      ...(r !== undefined && (r.text !== '' || calls.length === 0)
        ? [
            {
              type: 'message',
              id: `msg_${e.id.slice(-12)}`,
              role: 'assistant',
              status: 'completed',
              content: [{ type: 'output_text', text: r.text, annotations: [] }],
            },
          ]
        : []),
      ...calls.map((c, i) => ({
        type: 'function_call',
        id: `fc_${e.id.slice(-8)}${i}`,
        call_id: `call_${e.id.slice(-8)}${i}`,
        name: c.name,
        arguments: c.arguments,
        status: 'completed',
      })),
    ],
    usage: {
      input_tokens: s.usage.inputTokens,
      output_tokens: s.usage.outputTokens,
      total_tokens: s.usage.inputTokens + s.usage.outputTokens,
      input_tokens_details: { cached_tokens: s.usage.cachedTokens },
      output_tokens_details: { reasoning_tokens: s.usage.reasoningTokens },
    },
    espalier: extrasOf(s),
  }
}

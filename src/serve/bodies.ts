// Answers in the shapes of OpenAI's protocol, whole and in parts.
import type { Usage } from '../contract/index.ts'
import type { Reply } from '../world/index.ts'
import { callId } from './former.ts'
import type { Said, Spoken, Tokens } from './said.ts'

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
  ...(s.score === undefined ? {} : { score: s.score }),
  ...(s.ended === undefined ? {} : { ended: s.ended }),
  ...(s.why === undefined ? {} : { why: s.why }),
  spent: s.usage,
  ...(s.total === undefined ? {} : { total: s.total }),
})
/** length: it was cut off, by the limit of its length or of the search. */
export const finishOf = (r: Reply | undefined, s: Said): string =>
  s.short || r?.cut === true ? 'length' : r?.toolCalls?.length ? 'tool_calls' : 'stop'

export const callsOf = (r: Reply | undefined, e: Envelope, s: Said, choice: number) =>
  r?.toolCalls?.map((c, i) => ({
    id: callId(s.run ?? e.id.slice(-12), (r as Spoken).key ?? choice, i),
    type: 'function',
    function: { name: c.name, arguments: c.arguments },
  }))
const textOf = (t: Pick<Tokens[number], 'id' | 'text'>): string => t.text ?? `token_id:${t.id}`
const likely = (t: Pick<Tokens[number], 'id' | 'logprob' | 'text'>): object => ({
  token: textOf(t),
  logprob: t.logprob,
  bytes: t.text === undefined ? null : [...Buffer.from(t.text)],
})
/** What the model wrote to come to the reply, token by token. Its texts are not told by every model: then a token is named by its number. */
const logprobsOf = (tokens: Tokens | undefined): object | null =>
  tokens === undefined
    ? null
    : {
        content: tokens.map(t => ({ ...likely(t), top_logprobs: (t.top ?? []).map(likely) })),
        refusal: null,
      }

export function chatBody(e: Envelope, s: Said, logprobs: boolean): object {
  const none: Said['replies'][number] = { text: '' }
  const replies = s.replies.length === 0 ? [none] : s.replies
  return {
    id: e.id,
    object: 'chat.completion',
    created: e.created,
    model: e.model,
    choices: replies.map((r, index) => {
      const calls = callsOf(r, e, s, index)
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
/** What is left of a reply's text after what was passed on already. */
export const restOf = (r: Reply | undefined, heard: string | undefined): string => {
  const text = r?.text ?? ''
  return heard === undefined ? text : text.startsWith(heard) ? text.slice(heard.length) : ''
}
/** The parts of the answer itself, with the end of each choice. @param heard text of each choice that went out already */
export function* answerChunks(e: Envelope, s: Said, logprobs: boolean, heard: readonly string[] = []): Generator<object> {
  const replies = s.replies.length === 0 ? [undefined] : s.replies
  for (const [index, r] of replies.entries()) {
    for (const text of pieces(restOf(r, heard[index]))) yield chunk(e, { content: text }, { index })
    const calls = callsOf(r, e, s, index)
    if (calls !== undefined) yield chunk(e, { tool_calls: calls.map((c, i) => ({ index: i, ...c })) }, { index })
    const end = chunk(e, {}, { index, finish: finishOf(r, s) }) as { choices: { logprobs: unknown }[] }
    if (logprobs && r !== undefined) end.choices[0].logprobs = logprobsOf(r.tokens)
    yield end
  }
}
/** A text in pieces of some words. */
export function* pieces(text: string): Generator<string> {
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

const plainLogprobs = (tokens: Tokens | undefined): object | null => {
  if (tokens === undefined) return null
  let at = 0
  const offsets = tokens.map(t => {
    const from = at
    at += t.text?.length ?? 0
    return from
  })
  const top = tokens.every(t => t.top === undefined)
    ? null
    : tokens.map(t => Object.fromEntries((t.top ?? []).map(x => [textOf(x), x.logprob])))
  return { tokens: tokens.map(textOf), token_logprobs: tokens.map(t => t.logprob), top_logprobs: top, text_offset: offsets }
}
export const completionBody = (e: Envelope, s: Said, logprobs: boolean): object => ({
  id: e.id,
  object: 'text_completion',
  created: e.created,
  model: e.model,
  choices: (s.replies.length === 0 ? [undefined] : s.replies).map((r, index) => ({
    index,
    text: r?.text ?? '',
    logprobs: logprobs ? plainLogprobs(r?.tokens) : null,
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

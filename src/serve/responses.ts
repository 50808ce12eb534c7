// Answers of /v1/responses: the newer form of the protocol, whole and in parts.
import { callsOf, type Envelope, extrasOf, finishOf, pieces, restOf } from './bodies.ts'
import { plainly, type Said } from './said.ts'
import type { Outlet } from './stream.ts'

interface Item {
  readonly type: string
  readonly id: string
  readonly [key: string]: unknown
}
const textPart = (text: string) => ({ type: 'output_text', text, annotations: [], logprobs: [] })
const messageItem = (e: Envelope, text: string, status: string): Item => ({
  type: 'message',
  id: `msg_${e.id.slice(-12)}`,
  role: 'assistant',
  status,
  content: status === 'in_progress' ? [] : [textPart(text)],
})
const reasoningItem = (e: Envelope, text: string): Item => ({
  type: 'reasoning',
  id: `rs_${e.id.slice(-12)}`,
  summary: text === '' ? [] : [{ type: 'summary_text', text }],
})

/** @param reasoning what was told on the way, where it was */
export function responsesBody(e: Envelope, s: Said, reasoning?: string): { output: Item[] } & Record<string, unknown> {
  const r = s.replies[0]
  const calls = callsOf(r, e, s, 0) ?? []
  const cut = finishOf(r, s) === 'length'
  return {
    id: e.id,
    object: 'response',
    created_at: e.created,
    status: cut ? 'incomplete' : 'completed',
    incomplete_details: cut ? { reason: 'max_output_tokens' } : null,
    error: null,
    instructions: null,
    metadata: {},
    model: e.model,
    parallel_tool_calls: true,
    temperature: null,
    top_p: null,
    tool_choice: 'auto',
    tools: [],
    output: [
      ...(reasoning === undefined ? [] : [reasoningItem(e, reasoning)]),
      ...((r?.text ?? '') !== '' || calls.length === 0 ? [messageItem(e, r?.text ?? '', cut ? 'incomplete' : 'completed')] : []),
      ...calls.map((c, i) => ({
        type: 'function_call',
        id: `fc_${e.id.slice(-8)}${i}`,
        call_id: c.id,
        name: c.function.name,
        arguments: c.function.arguments,
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

/** Writes the events of one answer in their order: what is told on the way, the text, the calls, the whole. */
export class ResponseTeller {
  readonly #out: Outlet
  readonly #e: Envelope
  #sequence = 0
  #reasoning: string | undefined
  #message: number | undefined
  #heard = ''
  constructor(out: Outlet, e: Envelope) {
    this.#out = out
    this.#e = e
  }
  #push(type: string, data: object): void {
    this.#out.push({ type, sequence_number: this.#sequence++, ...data }, type)
  }
  begin(): void {
    const e = this.#e
    const response = { ...responsesBody(e, plainly('')), status: 'in_progress', incomplete_details: null, output: [], usage: null }
    this.#push('response.created', { response })
    this.#push('response.in_progress', { response })
  }
  /** A line of progress, or a thought. */
  think(text: string): void {
    const item = reasoningItem(this.#e, '')
    const where = { item_id: item.id, output_index: 0, summary_index: 0 }
    if (this.#message !== undefined) return
    if (this.#reasoning === undefined) {
      this.#push('response.output_item.added', { output_index: 0, item })
      this.#push('response.reasoning_summary_part.added', { ...where, part: { type: 'summary_text', text: '' } })
    }
    this.#reasoning = (this.#reasoning ?? '') + text
    this.#push('response.reasoning_summary_text.delta', { ...where, delta: text })
  }
  #endThinking(): void {
    if (this.#reasoning === undefined) return
    const item = reasoningItem(this.#e, this.#reasoning)
    const where = { item_id: item.id, output_index: 0, summary_index: 0 }
    this.#push('response.reasoning_summary_text.done', { ...where, text: this.#reasoning })
    this.#push('response.reasoning_summary_part.done', { ...where, part: { type: 'summary_text', text: this.#reasoning } })
    this.#push('response.output_item.done', { output_index: 0, item })
  }
  get #where() {
    return { item_id: `msg_${this.#e.id.slice(-12)}`, output_index: this.#message!, content_index: 0 }
  }
  /** A piece of the answer's text. */
  say(text: string): void {
    if (this.#message === undefined) {
      this.#endThinking()
      this.#message = this.#reasoning === undefined ? 0 : 1
      this.#push('response.output_item.added', { output_index: this.#message, item: messageItem(this.#e, '', 'in_progress') })
      this.#push('response.content_part.added', { ...this.#where, part: textPart('') })
    }
    this.#heard += text
    this.#push('response.output_text.delta', { ...this.#where, delta: text, logprobs: [] })
  }
  async end(s: Said): Promise<void> {
    const rest = restOf(s.replies[0], this.#heard)
    for (const piece of pieces(rest)) {
      if (!(await this.#out.ready())) return
      this.say(piece)
    }
    const body = responsesBody(this.#e, s, this.#reasoning)
    if (this.#message === undefined) this.#endThinking()
    for (const [output_index, item] of body.output.entries()) {
      if (item.type === 'reasoning') continue
      if (item.type === 'message') {
        if (this.#message === undefined) this.say('')
        const [part] = item.content as ReturnType<typeof textPart>[]
        this.#push('response.output_text.done', { ...this.#where, text: part.text, logprobs: [] })
        this.#push('response.content_part.done', { ...this.#where, part })
      } else {
        this.#push('response.output_item.added', { output_index, item: { ...item, arguments: '', status: 'in_progress' } })
        const where = { item_id: item.id, output_index }
        this.#push('response.function_call_arguments.delta', { ...where, delta: item.arguments })
        this.#push('response.function_call_arguments.done', { ...where, arguments: item.arguments })
      }
      this.#push('response.output_item.done', { output_index, item })
    }
    this.#push(`response.${body.status as string}`, { response: body })
  }
}

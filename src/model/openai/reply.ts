// What a server wrote, whole or in pieces, put together into samples. Lenient: servers that call themselves compatible differ in all that is optional.
import type { Sample, Token } from '../../contract/index.ts'
import { type EstimatedUsage, guessTokens, writtenTokens } from '../bound.ts'

type Loose = { readonly [key: string]: any }

/** One choice on its way. */
class Choice {
  readonly #wanted: Likeliest
  constructor(wanted: Likeliest) {
    this.#wanted = wanted
  }
  text = ''
  reasoning = ''
  refusal = ''
  calls: { id: string; name: string; arguments: string }[] = []
  tokens: Token[] = []
  /** UTF-8 bytes of each token, to cut the tokens where the text is cut. */
  widths: number[] = []
  ids: number[] = []
  finish: string | null = null

  add(c: Loose): void {
    const m: Loose = c.message ?? c.delta ?? {}
    const [text, thought] = plain(m.content ?? c.text)
    this.text += text
    this.reasoning += thought + str(m.reasoning_content ?? m.reasoning)
    this.refusal += str(m.refusal)
    for (const [i, call] of list(m.tool_calls).entries()) {
      const at = placeOf(call?.index, i)
      if (at === undefined) continue
      const into = (this.calls[at] ??= { id: '', name: '', arguments: '' })
      into.id ||= str(call.id)
      into.name += str(call.function?.name)
      const given = call.function?.arguments
      into.arguments += typeof given === 'object' && given !== null ? JSON.stringify(given) : str(given)
    }
    for (const x of list(c.logprobs?.content))
      this.#token(
        x.id,
        x.token,
        x.logprob,
        x.bytes?.length,
        list(x.top_logprobs).map(y => [y.token, y.logprob, y.id]),
      )
    const { tokens, token_logprobs: logprobs, top_logprobs: top } = (c.logprobs ?? {}) as Loose
    for (const [i, token] of list(tokens).entries())
      this.#token(undefined, token, logprobs?.[i], undefined, Object.entries((top?.[i] ?? {}) as Record<string, number>))
    for (const id of list(c.token_ids)) this.ids.push(id)
    if (typeof c.finish_reason === 'string') this.finish = c.finish_reason
  }
  /** @param top token, log-probability and id of each that is shown beside it */
  #token(id: unknown, token: unknown, logprob: unknown, bytes: number | undefined, top: readonly unknown[][]): void {
    const t: Token = named(id, token, logprob)
    const shown = top
      .map(([text, x, i]) => named(i, text, x))
      .filter(x => Number.isFinite(x.logprob))
      .sort((a, b) => b.logprob - a.logprob)
    const { certain, kept } = this.#wanted
    const c = certainty(shown.slice(0, certain).map(x => x.logprob))
    if (c !== undefined) t.certainty = c
    if (kept > 0) t.top = shown.slice(0, kept)
    this.tokens.push(t)
    this.widths.push(bytes ?? (t.text === undefined ? 0 : Buffer.byteLength(t.text)))
  }
  get empty(): boolean {
    return this.text === '' && this.reasoning === '' && this.refusal === '' && this.calls.length === 0 && this.finish !== 'length'
  }
  /** @param stop strings the text ends before, should the server not have seen to it */
  sample(stop: readonly string[]): Sample {
    let { text, reasoning } = this
    const thought = /^\s*<think>([\s\S]*?)(<\/think>\s*|$)/.exec(text)
    if (thought !== null && reasoning === '') {
      reasoning = thought[1].trim()
      text = text.slice(thought[0].length)
    }
    let end = text.length
    for (const s of stop) if (s !== '' && text.includes(s)) end = Math.min(end, text.indexOf(s))
    const stopped = end < text.length
    const calls = this.calls.filter(c => c !== undefined)
    let { tokens } = this
    if (this.ids.length === tokens.length) tokens = tokens.map((t, i) => ({ ...t, id: this.ids[i] }))
    if (stopped) tokens = tokens.slice(0, this.#within(Buffer.byteLength(this.text.slice(0, this.text.length - text.length + end))))
    return {
      text: this.refusal !== '' && text === '' ? this.refusal : text.slice(0, end),
      ...(reasoning === '' ? {} : { reasoning }),
      ...(calls.length === 0 ? {} : { toolCalls: calls }),
      ...(tokens.length === 0 ? {} : { tokens }),
      finish: this.refusal !== '' ? 'refused' : stopped ? 'stop' : finishOf(this.finish, calls.length > 0),
    }
  }
  /**
   * What may be told of it while it is being written: not what may yet turn out to be a thought, or the beginning of a stop string.
   * @param stop as for `sample`
   */
  spoken(stop: readonly string[]): { text: string; reasoning: string } {
    let { text, reasoning } = this
    if (reasoning === '') {
      if (/^\s*(<(t(h(i(nk?)?)?)?)?)?$/.test(text)) return { text: '', reasoning }
      const thought = /^\s*<think>\s*([\s\S]*?)(<\/think>\s*|$)/.exec(text)
      if (thought !== null) {
        const closed = thought[2] !== ''
        // White space and the beginning of the closing mark are not told yet.
        reasoning = closed ? thought[1].trimEnd() : thought[1].slice(0, Math.max(0, thought[1].length - 8)).trimEnd()
        text = closed ? text.slice(thought[0].length) : ''
      }
    }
    let end = text.length - (this.finish === null ? Math.max(0, ...stop.map(s => s.length - 1)) : 0)
    for (const s of stop) if (s !== '' && text.includes(s)) end = Math.min(end, text.indexOf(s))
    return { text: text.slice(0, Math.max(0, end)), reasoning }
  }
  /** How many tokens lie within the first bytes. */
  #within(bytes: number): number {
    let sum = 0
    let i = 0
    while (i < this.widths.length && sum + this.widths[i] <= bytes) sum += this.widths[i++]
    return i
  }
}

/** vLLM, asked to, writes a token as `token_id:123`; llama.cpp gives its id beside it. */
function named(id: unknown, token: unknown, logprob: unknown): Token {
  const found = /^token_id:(\d+)$/.exec(str(token))
  const t: Token = { id: number(id) ?? (found === null ? -1 : Number(found[1])), logprob: number(logprob) ?? Number.NaN }
  if (found === null && typeof token === 'string') t.text = token
  return t
}

/** What is made of the likeliest tokens that are shown: over how many certainty is told, and how many are kept. */
export interface Likeliest {
  readonly certain: number
  readonly kept: number
}
/** A reply of one request. */
export class Reply {
  readonly #wanted: Likeliest
  constructor(wanted: Likeliest = { certain: 20, kept: 0 }) {
    this.#wanted = wanted
  }
  readonly choices: Choice[] = []
  /** An error the server put where a reply should be. */
  error: Loose | null = null
  #usage: Loose | null = null

  add(body: unknown): void {
    if (typeof body !== 'object' || body === null) return
    const b = body as Loose
    if (b.error !== undefined && b.error !== null) this.error = typeof b.error === 'object' ? b.error : { message: String(b.error) }
    for (const [i, c] of list(b.choices).entries()) {
      const at = placeOf(c?.index, i)
      if (typeof c === 'object' && c !== null && at !== undefined) (this.choices[at] ??= new Choice(this.#wanted)).add(c)
    }
    const usage = b.usage ?? b.x_groq?.usage
    if (typeof usage === 'object' && usage !== null) this.#usage = usage
  }
  /** Did every choice say that it ended? */
  get ended(): boolean {
    return this.choices.length > 0 && this.given.every(c => c.finish !== null)
  }
  get given(): Choice[] {
    return this.choices.filter(c => c !== undefined)
  }
  get empty(): boolean {
    return this.given.every(c => c.empty)
  }
  samples(stop: readonly string[]): Sample[] {
    return this.given.map(c => c.sample(stop))
  }
  /**
   * What the server says was used, as it says it, be it more than was asked for; where it says nothing, bytes over four, marked as estimated.
   * @param bytes of the prompt
   */
  usage(bytes: number): EstimatedUsage {
    const u = this.#usage ?? {}
    const input = count(u.prompt_tokens ?? u.input_tokens)
    const reasoning = count(u.completion_tokens_details?.reasoning_tokens ?? u.reasoning_tokens)
    let output = count(u.completion_tokens ?? u.output_tokens)
    // Some leave the reasoning out of the completion, and have it in the sum.
    if (input !== undefined && output !== undefined && reasoning && count(u.total_tokens) === input + output + reasoning)
      output += reasoning
    const cached = count(u.prompt_tokens_details?.cached_tokens ?? u.input_tokens_details?.cached_tokens ?? u.prompt_cache_hit_tokens)
    const cost = number(u.cost)
    return {
      inputTokens: input ?? guessTokens(bytes),
      outputTokens: output ?? writtenTokens(this.samples([])),
      ...(cached ? { cachedTokens: Math.min(cached, input ?? cached) } : {}),
      ...(reasoning ? { reasoningTokens: reasoning } : {}),
      ...(cost !== undefined && cost >= 0 ? { usd: cost } : {}),
      ...(input === undefined || output === undefined ? { estimated: 1 } : {}),
    }
  }
  /** Has anything come that was paid for? */
  get begun(): boolean {
    return this.#usage !== null || this.given.length > 0
  }
}

/**
 * KL(uniform || p) over the k likeliest tokens, p made to sum to 1 over them: what the protocol shows of the certainty of a token
 * (top-k confidence of arXiv:2508.15260, up to a constant of k). Undefined for fewer than two.
 */
export function certainty(logprobs: readonly number[]): number | undefined {
  const k = logprobs.length
  if (k < 2) return undefined
  const most = Math.max(...logprobs)
  const sum = most + Math.log(logprobs.reduce((a, x) => a + Math.exp(x - most), 0))
  return Math.max(0, sum - logprobs.reduce((a, x) => a + x, 0) / k - Math.log(k))
}

/** How a choice ended, in the contract's words. */
export function finishOf(reason: string | null, calls: boolean): Sample['finish'] {
  if (reason === 'length' || reason === 'max_tokens') return 'cut'
  if (reason === 'content_filter' || reason === 'content-filter') return 'refused'
  return calls || reason === 'tool_calls' || reason === 'tool-calls' || reason === 'function_call' ? 'tool' : 'stop'
}

/** Text, and thoughts among it, of content that may be a string or a list of parts. */
function plain(content: unknown): [text: string, thought: string] {
  if (typeof content === 'string') return [content, '']
  let text = ''
  let thought = ''
  for (const part of list(content)) {
    if (part?.type === 'thinking') thought += typeof part.thinking === 'string' ? part.thinking : plain(part.thinking)[0]
    else text += str(part?.text)
  }
  return [text, thought]
}
/** Places that a server may name: one far away would make a list that takes forever to walk through. */
const places = 4096
function placeOf(index: unknown, usual: number): number | undefined {
  const at = number(index) ?? usual
  return Number.isInteger(at) && at >= 0 && at < places ? at : undefined
}
const str = (x: unknown): string => (typeof x === 'string' ? x : '')
const list = (x: unknown): readonly any[] => (Array.isArray(x) ? x : [])
const number = (x: unknown): number | undefined => (typeof x === 'number' && Number.isFinite(x) ? x : undefined)
const count = (x: unknown): number | undefined => (typeof x === 'number' && Number.isFinite(x) && x >= 0 ? Math.round(x) : undefined)

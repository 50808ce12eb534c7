// A provider over any server that speaks OpenAI's protocol: vLLM, llama.cpp, Ollama, SGLang, OpenAI, OpenRouter and others.
import type { OpenAI as Client } from 'openai'
import type { Live, Message, Price, Provider, ProviderFault, Sample, Sampling } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import { addUsage, type EstimatedUsage, guessTokens, promptBound, promptBytes } from '../bound.ts'
import { Cancelled, ModelFault } from '../fault.ts'
import { type Asked, brief, causes, networkFault, serverFault, tooLong } from '../server-fault.ts'
import { type Complaint, complainsOfN, parsed, refusalOf, told } from './complaint.ts'
import { echoed } from './echo.ts'
import { embeddingUsage, vectorsOf } from './embedding.ts'
import { publishedPrice } from './prices.ts'
import { Reply } from './reply.ts'
import { type Api, bodyOf, type Optional, optional, type Prefill, promptOf } from './request.ts'
import { Silence, transport } from './transport.ts'

export interface OpenAIOptions {
  /** As the server calls it. */
  model: string
  /** Default: `OPENAI_BASE_URL`, else OpenAI's own. It usually ends in `/v1`. */
  baseUrl?: string
  /** Name of the variable that holds the key. Default: `OPENAI_API_KEY`, if it is set. */
  keyFrom?: string
  /** `completions`: prompts as plain text, for base models and to go on writing a text. Default `chat`. */
  api?: Api
  /** Ask for the answer in pieces: silence is noticed sooner, and what a cut call cost is known better. Default false. */
  stream?: boolean
  /** Does the server draw n samples a request? auto (default): asked for once, and remembered; false: every sample is a request with a place of its own. */
  n?: 'auto' | boolean
  /** Tokens of an answer, where the sampling does not say. Default 4096. */
  max?: number
  /** Seconds without a byte after which a call is given up. Default 60 with `stream`, else 600. */
  stall?: number
  /** Seconds a call may take in all. Default 3600. */
  timeout?: number
  /** US dollars per million tokens. Default: as published for the best known of OpenAI's models, else unknown. */
  price?: Price
  /** Which of a world's dialects it reads and writes. Default `text`. */
  dialect?: string
  /** How the server is told to go on with the assistant's last message: `vllm`, `prefix` (DeepSeek, Mistral), `last` (llama.cpp, OpenRouter). */
  prefill?: Prefill
  /** How many of the likeliest tokens to ask for beside the logprobs: certainty is told from them. Default 5; 0: none. */
  top?: number
  /** Ask for token ids by vLLM's `return_token_ids`. What llama.cpp gives is read anyhow. Default false. */
  ids?: boolean
  /** `reasoning_effort`. */
  effort?: string
  /** The server's model for embeddings, where it has one. Default: none. */
  embed?: string
  /** US dollars per million tokens of it. Default: as a prompt costs. */
  embedPrice?: number
  /** The server echoes a prompt with its logprobs (`echo` of `/completions`): it can score a given text. With `completions` only. Default false. */
  score?: boolean
  /** What the server cannot do. Default: nothing. */
  without?: readonly ('logprobs' | 'schema' | 'tools')[]
}
/** A provider, and what its server turned out not to take. */
export interface Endpoint extends Provider {
  readonly lacking: ReadonlySet<Optional>
}

export const officialUrl = 'https://api.openai.com/v1'

/** What is known of one call between its tries: samples already drawn, and which of them came empty. */
interface Memo {
  readonly samples: (Sample | undefined)[]
  readonly empty: Set<number>
}

/**
 * A model behind an HTTP server.
 *
 * @example
 * const model = openai({ model: 'qwen3-8b', baseUrl: 'http://127.0.0.1:8000/v1' })
 *
 * Calls throw ModelFault: `limited` on 429, `fault` on what may pass (5xx, resets, silence, nonsense), `refused` on the rest. Keys come from the
 * environment when the first call is made; they are in no id, error or record.
 */
export function openai(options: OpenAIOptions): Endpoint {
  const { model, api = 'chat', stream = false, n: many = 'auto', top = 5, ids = false, without = [] } = options
  const base = addressOf(options.baseUrl ?? process.env.OPENAI_BASE_URL ?? officialUrl)
  const official = base.origin === new URL(officialUrl).origin
  const host = base.host
  const most = options.max ?? 4096
  const price = options.price ?? (official ? publishedPrice(model) : undefined)
  const wire = transport({ stall: options.stall ?? (stream ? 60 : 600), timeout: options.timeout ?? 3600 })
  const wording = { model, api, stream, top, ids, effort: options.effort, prefill: options.prefill }
  const lacking = new Set<Optional>()
  const can: Provider['can'] = [
    ...(many === false ? [] : (['n'] as const)),
    ...(['logprobs', 'schema', 'tools'] as const).filter(x => !without.includes(x) && (api === 'chat' || x === 'logprobs')),
    ...(options.prefill !== undefined || api === 'completions' ? (['prefill'] as const) : []),
    ...(options.score ? (['score'] as const) : []),
    ...(options.embed === undefined ? [] : (['embed'] as const)),
  ]
  if (options.score && api !== 'completions')
    throw new Failure('usage', 'openai: score needs api=completions', 'a chat template of the server stands between a prompt and its echo')
  const memos = new WeakMap<Live, Memo>()
  // What answers have cost so far: what is charged for one that was cancelled before it said anything.
  let answers = 0
  let written = 0
  const keyFrom = options.keyFrom ?? (process.env.OPENAI_API_KEY ? 'OPENAI_API_KEY' : '')
  const asked: Asked = {
    host,
    model,
    keyFrom,
    get secrets() {
      return [process.env[keyFrom] ?? '', base.password, decodeURIComponent(base.password)]
    },
  }

  let modules: Promise<[typeof import('openai'), typeof import('openai/streaming')]> | undefined
  let client: Client | undefined
  async function connected(): Promise<{ client: Client; streams: typeof import('openai/streaming') }> {
    // Loaded when it is first needed: it takes a fifth of a second.
    modules ??= Promise.all([import('openai'), import('openai/streaming')])
    const [{ OpenAI }, streams] = await modules
    const key = keyFrom === '' ? undefined : process.env[keyFrom]
    if (!key && (official || options.keyFrom !== undefined))
      throw new ModelFault('refused', `${host} wants a key, and ${options.keyFrom ?? 'OPENAI_API_KEY'} is not set`)
    client ??= new OpenAI({
      baseURL: base.href.replace(/\/+$/, ''),
      apiKey: key || 'none',
      ...(official ? {} : { organization: null, project: null }),
      ...(key ? {} : { defaultHeaders: { Authorization: null } }),
      maxRetries: 0, // the runtime tries again, and counts
      timeout: 2 ** 31 - 1, // the transport watches
      logLevel: 'off',
      fetch: wire.fetch,
    })
    return { client, streams }
  }

  /** The name of the bound of a completion that this server takes. */
  const maxKey = (): 'max_tokens' | 'max_completion_tokens' | undefined => {
    const [first, second] =
      official && api === 'chat' ? (['max_completion_tokens', 'max_tokens'] as const) : (['max_tokens', 'max_completion_tokens'] as const)
    return lacking.has(first) ? second : first
  }
  /** A refused body says which of its names was the reason: is there another way to put it? A refusal costs nothing. */
  function adapt(r: Complaint, body: Record<string, unknown>): boolean {
    if (r.status !== 400 && r.status !== 422) return false
    for (const key of optional) {
      if (!(key in body) || lacking.has(key)) continue
      if (r.param !== key && !new RegExp(`['"\`]${key}['"\`]`).test(r.message) && !(key.includes('_') && r.message.includes(key))) continue
      if ((key === 'max_tokens' || key === 'max_completion_tokens') && maxKey() !== key) continue
      lacking.add(key)
      // Without a bound there is no budget: the other name must do.
      if (lacking.has('max_tokens') && lacking.has('max_completion_tokens')) return false
      return true
    }
    return false
  }

  /** One turn to the server for the samples from `index` on. */
  async function turn(
    messages: readonly Message[],
    o: Sampling,
    n: number,
    index: number,
    live: Live,
  ): Promise<{ samples: Sample[]; usage: EstimatedUsage }> {
    const { client, streams } = await connected()
    if (live.signal.aborted) throw new Cancelled({})
    const max = o.max ?? most
    const bytes = promptBytes(messages, o)
    const heard: Heard[] = []
    let bound = true
    for (let attempt = 0; ; attempt++) {
      const key = bound ? maxKey() : undefined
      const body = bodyOf(
        messages,
        { ...o, n, max, seed: live.randomAt(live.index + index).int(2 ** 31 - 1) },
        live.heard === undefined ? wording : { ...wording, stream: true },
        key,
        lacking,
      )
      const reply = new Reply({ certain: top, kept: o.logprobs ? (o.top ?? 0) : 0 })
      let answered = false
      try {
        const response = await client
          .post(api === 'chat' ? '/chat/completions' : '/completions', {
            body,
            signal: live.signal,
            headers: { 'Idempotency-Key': `${live.idempotencyKey}${index > 0 ? `.${index}` : ''}${attempt > 0 ? `~${attempt}` : ''}` },
          })
          .asResponse()
        answered = true
        if (/text\/event-stream/.test(response.headers.get('content-type') ?? '')) {
          for await (const chunk of streams.Stream.fromSSEResponse<unknown>(response, new AbortController(), client)) {
            reply.add(chunk)
            if (live.heard !== undefined) tell(live.heard, reply, o.stop ?? [], index, heard)
          }
          live.signal.throwIfAborted()
          if (!reply.ended && (reply.given.length > 0 || !reply.begun)) throw new ModelFault('fault', `the answer of ${host} was cut`)
        } else {
          const text = await response.text()
          if (text !== '') reply.add(parsed(text))
        }
        if (reply.error !== null) throw told(reply.error)
        for (const c of reply.given)
          if (c.finish === 'error' || c.finish === 'abort') throw new ModelFault('fault', `${host} broke an answer off`)
        if (reply.given.length === 0 || reply.empty) throw new Emptiness(reply)
        return kept(reply, reply.samples(o.stop ?? []).slice(0, n))
      } catch (e) {
        if (live.signal.aborted) throw new Cancelled(lost(reply, true))
        if (e instanceof Emptiness) {
          const memo = memos.get(live)!
          if (memo.empty.has(index))
            return kept(
              reply,
              reply.given.length > 0 ? reply.samples(o.stop ?? []).slice(0, n) : Array(n).fill({ text: '', finish: 'stop' }),
            )
          memo.empty.add(index)
          throw new ModelFault('fault', `${host} answered with nothing`, { usage: { ...reply.usage(bytes) } })
        }
        const r = refusalOf(e)
        if (r !== null && n > 1 && complainsOfN(r)) return { samples: [], usage: {} }
        if (r !== null && adapt(r, body)) continue
        // The prompt alone may fit: what is left of the context is then less than the bound.
        if (r !== null && bound && api === 'chat' && tooLong(r)) {
          bound = false
          continue
        }
        throw faultOf(e, r, reply.begun ? lost(reply, false) : undefined, answered)
      }
    }
    function kept(reply: Reply, samples: Sample[]): { samples: Sample[]; usage: EstimatedUsage } {
      const usage = reply.usage(bytes)
      answers += samples.length
      written += usage.outputTokens ?? 0
      return { samples, usage: { calls: Math.max(samples.length, reply.given.length), requests: 1, ...usage } }
    }
    /** What a call cost that brought nothing home. */
    function lost(reply: Reply, cancelled: boolean): EstimatedUsage {
      if (!cancelled) return reply.usage(bytes)
      const usage = reply.begun
        ? reply.usage(bytes)
        : {
            inputTokens: guessTokens(bytes),
            outputTokens: Math.min(n * max, answers > 0 ? Math.ceil((n * written) / answers) : n * max),
            estimated: 1,
          }
      return { calls: n, requests: 1, ...usage }
    }
  }

  /** One request whose answer is no reply. */
  async function plain(path: string, body: Record<string, unknown>, bytes: number, live: Live): Promise<unknown> {
    const { client } = await connected()
    if (live.signal.aborted) throw new Cancelled({})
    let answered = false
    try {
      const headers = { 'Idempotency-Key': live.idempotencyKey }
      const response = await client.post(path, { body, signal: live.signal, headers }).asResponse()
      answered = true
      const said = parsed(await response.text()) as { error?: unknown } | null
      if (said?.error) throw told(typeof said.error === 'object' ? said.error : { message: String(said.error) })
      return said
    } catch (e) {
      if (live.signal.aborted) throw new Cancelled({ requests: 1, inputTokens: guessTokens(bytes) })
      throw faultOf(e, refusalOf(e), undefined, answered)
    }
  }
  const { embed: embedder } = options

  function faultOf(e: unknown, r: Complaint | null, usage: EstimatedUsage | undefined, answered: boolean): Error {
    const o = usage === undefined ? {} : { usage }
    if (e instanceof ModelFault)
      return new ModelFault(e.code, e.message, { ...o, ...(e.retryAfter === undefined ? {} : { retryAfter: e.retryAfter }) })
    for (const x of causes(e)) if (x instanceof Silence) return new ModelFault('fault', `${host} ${x.message}`, o)
    if (r !== null) return serverFault(r, asked, usage)
    const network = networkFault(e, asked, usage)
    if (network !== null) return network
    if (e instanceof SyntaxError)
      return new ModelFault('fault', `${host} answered with something that is not JSON: ${brief(e.message, asked.secrets)}`, o)
    const message = brief((e as Error)?.message ?? String(e), asked.secrets)
    return new ModelFault('fault', answered ? `the answer of ${host} could not be read: ${message}` : `${host}: ${message}`, o)
  }

  return {
    id: `openai:${model}${official ? '' : `@${host}`}${api === 'chat' ? '' : '?api=completions'}`,
    dialect: options.dialect ?? 'text',
    can,
    ...(price === undefined ? {} : { price }),
    lacking,
    max(messages, o) {
      // Where a server turns out to ignore n, every sample is a request of its own, and pays for the prompt.
      const requests = many === true ? 1 : o.n
      return {
        calls: o.n,
        requests,
        inputTokens: requests * promptBound(messages, o),
        outputTokens: o.n * (o.max ?? most),
      }
    },
    async sample(messages, o, live) {
      if (live.signal.aborted) throw new Cancelled({})
      let memo = memos.get(live)
      if (memo === undefined) {
        memo = { samples: Array(o.n).fill(undefined), empty: new Set() }
        memos.set(live, memo)
      }
      const { samples } = memo
      const spent: EstimatedUsage = {}
      const draw = async (n: number, index: number): Promise<void> => {
        const r = await turn(messages, o, n, index, live)
        r.samples.forEach((s, i) => {
          samples[index + i] = s
        })
        addUsage(spent, r.usage)
        if (n > 1 && r.samples.length < n && many !== true) lacking.add('n')
      }
      // n sequences are as much work for the server in n requests as in one, so they go together.
      const missing = (): number[] => samples.flatMap((s, i) => (s === undefined ? [i] : []))
      try {
        if (o.n > 1 && !lacking.has('n') && missing().length === o.n) await draw(o.n, 0)
        const ends = await Promise.allSettled(missing().map(i => draw(1, i)))
        const bad = ends.filter(x => x.status === 'rejected').map(x => x.reason as Error)
        if (bad.length > 0) throw worst(bad, spent)
      } catch (e) {
        throw charged(e, spent)
      }
      memos.delete(live)
      return { samples: samples as Sample[], usage: spent }
    },
    ...(embedder === undefined
      ? {}
      : {
          async embed(texts, live) {
            if (texts.length === 0) return { vectors: [], usage: {} }
            const bytes = texts.reduce((a, t) => a + Buffer.byteLength(t), 0)
            const body = await plain('/embeddings', { model: embedder, input: [...texts], encoding_format: 'float' }, bytes, live)
            return { vectors: vectorsOf(body, texts.length, host), usage: embeddingUsage(body, bytes, options.embedPrice) }
          },
        }),
    ...(options.score !== true
      ? {}
      : {
          async score(messages, text, live) {
            const prompt = promptOf(messages) + text
            const bytes = Buffer.byteLength(prompt)
            const body = await plain('/completions', { model, prompt, max_tokens: 1, echo: true, logprobs: 1, temperature: 0 }, bytes, live)
            const reply = new Reply()
            reply.add(body)
            return { ...echoed(body, text, host), usage: { calls: 1, requests: 1, ...reply.usage(bytes) } }
          },
        }),
    async close() {
      wire.close()
    },
  }
}

export function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  // What stands there may hold a password: it is not said again.
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new Failure('usage', 'the base URL is an http address, such as http://127.0.0.1:8000/v1', 'it usually ends in /v1')
  return url
}

/** How much of a choice was told already, in letters. */
interface Heard {
  text: number
  reasoning: number
}
/** Tells what has come of each choice since the last time. @param first number of the first choice */
function tell(to: NonNullable<Live['heard']>, reply: Reply, stop: readonly string[], first: number, heard: Heard[]): void {
  for (const [i, c] of reply.choices.entries()) {
    if (c === undefined) continue
    const all = c.spoken(stop)
    const had = (heard[i] ??= { text: 0, reasoning: 0 })
    const text = all.text.slice(had.text)
    const reasoning = all.reasoning.slice(had.reasoning)
    if (text === '' && reasoning === '') continue
    had.text += text.length
    had.reasoning += reasoning.length
    to({ index: first + i, ...(text === '' ? {} : { text }), ...(reasoning === '' ? {} : { reasoning }) })
  }
}

/** Choices without a word. */
class Emptiness extends Error {
  readonly reply: Reply
  constructor(reply: Reply) {
    super('nothing')
    this.reply = reply
  }
}

/** Of several failures the one that matters: a refusal, else a cancellation, else a limit. What all cost is added to `spent`. */
function worst(all: Error[], spent: EstimatedUsage): Error {
  const rank = (e: Error): number =>
    e instanceof Cancelled ? 1 : ['refused', '', 'limited', 'fault'].indexOf((e as ModelFault).code ?? '') % 4
  const [first, ...rest] = [...all].sort((a, b) => rank(a) - rank(b))
  for (const e of rest) addUsage(spent, (e as ProviderFault).usage ?? {})
  return first
}

/** The same failure, with what was spent before it. */
function charged(e: unknown, spent: EstimatedUsage): unknown {
  if (Object.keys(spent).length === 0) return e
  const usage = addUsage({ ...spent }, (e as ProviderFault).usage ?? {})
  if (e instanceof Cancelled) return new Cancelled(usage)
  if (e instanceof ModelFault)
    return new ModelFault(e.code, e.message, { usage, ...(e.retryAfter === undefined ? {} : { retryAfter: e.retryAfter }) })
  return e
}

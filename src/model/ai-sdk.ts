// Language models of the AI SDK as providers, by their shape: no package of it is needed. Versions 2, 3 and 4 of its interface.
import type { Live, Message, Price, Provider, Sample, Sampling } from '../contract/index.ts'
import { Failure } from '../kernel/failure.ts'
import { addUsage, type EstimatedUsage, guessTokens, promptBound, promptBytes, writtenTokens } from './bound.ts'
import { Cancelled, ModelFault } from './fault.ts'
import { finishOf } from './openai/index.ts'
import { type Asked, brief, causes, networkFault, serverFault } from './server-fault.ts'

/** What is needed of an AI SDK language model. */
export interface AISDKModel {
  readonly specificationVersion: string
  readonly provider: string
  readonly modelId: string
  doGenerate(options: any): PromiseLike<unknown>
  doStream?(options: any): PromiseLike<unknown>
}
export interface AISDKOptions {
  /** US dollars per million tokens. Default: unknown. */
  price?: Price
  /** Tokens of an answer, where the sampling does not say. Default 4096. */
  max?: number
  /** Take answers in pieces, so that what a cut or cancelled call cost is known better. Default false. */
  stream?: boolean
  /** Seconds a call may take in all; with `stream`, also between two pieces. Default 600. */
  timeout?: number
  /** Which of a world's dialects it reads and writes. Default `text`. */
  dialect?: string
  /** Handed to the model with every call: `{ openai: { reasoningEffort: 'low' } }`. */
  providerOptions?: Record<string, Record<string, unknown>>
}

const versions = ['v2', 'v3', 'v4']

/**
 * A language model of the AI SDK, as `openai('gpt-5')` of its packages gives it.
 *
 * @example
 * import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
 * const model = fromAISDK(createOpenAICompatible({ name: 'local', baseURL })('qwen3-8b'))
 *
 * Its interface has no number of samples, no logprobs and no price: every sample is a request with a place and a record of its own.
 * @throws Failure (usage) where the shape is another
 */
export function fromAISDK(model: AISDKModel, o: AISDKOptions = {}): Provider {
  const found = model as Partial<AISDKModel> | string | undefined
  if (typeof found !== 'object' || found === null || typeof found.doGenerate !== 'function')
    throw new Failure(
      'usage',
      `fromAISDK takes a language model of the AI SDK, found ${typeof found === 'string' ? `the text "${found}"` : typeof found}`,
      "as in fromAISDK(openai('gpt-5-mini'))",
    )
  const version = found.specificationVersion ?? 'none'
  if (!versions.includes(version))
    throw new Failure(
      'usage',
      `an AI SDK model of version ${version}; known are ${versions.join(', ')}`,
      'update the package it comes from',
    )
  const { max: most = 4096, stream = false, timeout = 600, price, dialect = 'text', providerOptions } = o
  if (stream && typeof model.doStream !== 'function') throw new Failure('usage', `${model.provider} ${model.modelId} has no doStream`)
  const asked: Asked = { host: model.provider, model: model.modelId, keyFrom: 'its environment', secrets: [] }
  let answers = 0
  let written = 0

  async function one(
    messages: readonly Message[],
    s: Sampling,
    index: number,
    live: Live,
  ): Promise<{ sample: Sample; usage: EstimatedUsage }> {
    const bytes = promptBytes(messages, s)
    const max = s.max ?? most
    const answer = new Answer()
    const watch = new AbortController()
    const late = new DOMException(`said nothing for ${timeout} s`, 'TimeoutError')
    const timer = setTimeout(() => watch.abort(late), timeout * 1000)
    try {
      // Not all models mind the signal: a call that is over is over.
      const signal = AbortSignal.any([live.signal, watch.signal])
      const options = {
        ...callOptions(messages, s, max, version, live, index),
        abortSignal: signal,
        ...(providerOptions ? { providerOptions } : {}),
      }
      if (!stream) answer.whole(await until(signal, model.doGenerate(options)))
      else {
        const { stream: parts } = (await until(signal, model.doStream!(options))) as { stream: ReadableStream<unknown> }
        const reader = parts.getReader()
        try {
          for (;;) {
            const { done, value } = await until(signal, reader.read())
            if (done) break
            timer.refresh()
            answer.part(value)
          }
        } finally {
          reader.cancel().catch(() => {})
        }
        if (answer.finish === undefined) throw new ModelFault('fault', `the answer of ${model.provider} was cut`)
      }
      if (answer.finish === 'error') throw new ModelFault('fault', `${model.provider} broke its answer off`)
      const sample = answer.sample(s.stop ?? [])
      const usage = answer.usage(bytes, sample)
      answers++
      written += usage.outputTokens ?? 0
      return { sample, usage: { calls: 1, requests: 1, ...usage } }
    } catch (e) {
      const known = answer.begun ? answer.usage(bytes, answer.sample([])) : undefined
      if (live.signal.aborted) {
        const usage = known ?? {
          inputTokens: guessTokens(bytes),
          outputTokens: answers > 0 ? Math.min(max, Math.ceil(written / answers)) : max,
          estimated: 1,
        }
        throw new Cancelled({ calls: 1, requests: 1, ...usage })
      }
      if (watch.signal.aborted)
        throw new ModelFault('fault', `${model.provider} ${late.message}`, known === undefined ? {} : { usage: known })
      throw faultOf(e, asked, known)
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    id: `ai-sdk:${model.provider}:${model.modelId}`,
    dialect,
    can: ['schema', 'tools'],
    ...(price === undefined ? {} : { price }),
    max: (messages, { n, max, ...rest }) => ({
      calls: n,
      requests: n,
      inputTokens: n * promptBound(messages, rest),
      outputTokens: n * (max ?? most),
    }),
    async sample(messages, { n, ...s }, live) {
      if (live.signal.aborted) throw new Cancelled({})
      // The runtime asks for one; others may ask for more.
      const samples: Sample[] = []
      const usage: EstimatedUsage = {}
      for (let i = 0; i < n; i++) {
        const r = await one(messages, s, i, live)
        samples.push(r.sample)
        addUsage(usage, r.usage)
      }
      return { samples, usage }
    },
  }
}

function callOptions(
  messages: readonly Message[],
  s: Sampling,
  max: number,
  version: string,
  live: Live,
  index: number,
): Record<string, unknown> {
  return {
    prompt: messages.map(promptMessage),
    maxOutputTokens: max,
    ...(s.temperature === undefined ? {} : { temperature: s.temperature }),
    ...(s.topP === undefined ? {} : { topP: s.topP }),
    ...(s.stop === undefined || s.stop.length === 0 ? {} : { stopSequences: [...s.stop] }),
    ...(s.schema === undefined ? {} : { responseFormat: { type: 'json', ...(s.schema === true ? {} : schemaOf(s.schema)) } }),
    ...(s.tools === undefined || s.tools.length === 0 ? {} : { tools: s.tools.map(toolOf), toolChoice: choiceOf(s.toolChoice) }),
    seed: live.randomAt(live.index + index).int(2 ** 31 - 1),
    headers: { 'Idempotency-Key': index === 0 ? live.idempotencyKey : `${live.idempotencyKey}.${index}` },
    ...(version === 'v2' ? {} : { includeRawChunks: false }),
  }
}

/** A tool's result whose call is not known goes as the user's word: a part of its own wants the id of the call. */
function promptMessage(m: Message, _i: number, all: readonly Message[]): unknown {
  if (m.role === 'system') return { role: 'system', content: m.content }
  const text = m.content === '' ? [] : [{ type: 'text', text: m.content }]
  if (m.role === 'assistant') {
    const calls = (m.toolCalls ?? []).map(c => ({ type: 'tool-call', toolCallId: c.id, toolName: c.name, input: parsed(c.arguments) }))
    return { role: 'assistant', content: [...text, ...calls] }
  }
  if (m.role === 'tool' && m.toolCallId !== undefined) {
    const toolName = all.flatMap(x => x.toolCalls ?? []).find(c => c.id === m.toolCallId)?.name ?? 'tool'
    return {
      role: 'tool',
      content: [{ type: 'tool-result', toolCallId: m.toolCallId, toolName, output: { type: 'text', value: m.content } }],
    }
  }
  return { role: 'user', content: [{ type: 'text', text: m.content }] }
}
/** As the API has it, in the SDK's words. */
function choiceOf(choice: unknown): unknown {
  const name = (choice as { function?: { name?: unknown } } | null | undefined)?.function?.name
  if (typeof name === 'string') return { type: 'tool', toolName: name }
  return { type: choice === 'required' || choice === 'none' ? choice : 'auto' }
}
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
function schemaOf(schema: unknown): { schema: unknown; name?: string } {
  const s = schema as Record<string, unknown>
  return typeof s.name === 'string' && typeof s.schema === 'object' ? { schema: s.schema, name: s.name } : { schema }
}
/** From the API's form of a tool, or from the function alone. */
function toolOf(tool: unknown): unknown {
  const t = tool as Record<string, any>
  if (t.inputSchema !== undefined) return tool
  const f = t.function ?? t
  return {
    type: 'function',
    name: f.name,
    ...(f.description === undefined ? {} : { description: f.description }),
    inputSchema: f.parameters ?? { type: 'object', properties: {} },
  }
}

/** What a model wrote, whole or in parts, in any of the versions. */
class Answer {
  text = ''
  reasoning = ''
  calls: { id: string; name: string; arguments: string }[] = []
  finish: string | undefined
  begun = false
  #usage: Record<string, any> = {}

  whole(result: unknown): void {
    const r = result as Record<string, any>
    for (const c of r.content ?? []) this.part(c)
    this.#end(r)
  }
  part(p: unknown): void {
    const x = p as Record<string, any>
    if (x.type === 'text' || x.type === 'text-delta') this.text += x.text ?? x.delta ?? ''
    else if (x.type === 'reasoning' || x.type === 'reasoning-delta') this.reasoning += x.text ?? x.delta ?? ''
    else if (x.type === 'tool-call' && x.providerExecuted !== true)
      this.calls.push({
        id: String(x.toolCallId),
        name: String(x.toolName),
        arguments: typeof x.input === 'string' ? x.input : JSON.stringify(x.input),
      })
    else if (x.type === 'finish') this.#end(x)
    else if (x.type === 'error')
      throw x.error instanceof Error ? x.error : Object.assign(new Error(String(x.error?.message ?? x.error)), x.error)
    else return
    this.begun = true
  }
  #end(r: Record<string, any>): void {
    this.begun = true
    const f = r.finishReason
    this.finish = typeof f === 'string' ? f : (f?.unified ?? 'other')
    this.#usage = r.usage ?? {}
  }
  sample(stop: readonly string[]): Sample {
    let end = this.text.length
    for (const s of stop) if (s !== '' && this.text.includes(s)) end = Math.min(end, this.text.indexOf(s))
    return {
      text: this.text.slice(0, end),
      ...(this.reasoning === '' ? {} : { reasoning: this.reasoning }),
      ...(this.calls.length === 0 ? {} : { toolCalls: this.calls }),
      finish: end < this.text.length ? 'stop' : finishOf(this.finish ?? null, this.calls.length > 0),
    }
  }
  usage(bytes: number, sample: Sample): EstimatedUsage {
    const u = this.#usage
    // v2 has numbers, the later versions have parts of them.
    const nested = typeof u.inputTokens === 'object' || typeof u.outputTokens === 'object'
    const input = count(nested ? u.inputTokens?.total : u.inputTokens)
    const output = count(nested ? u.outputTokens?.total : u.outputTokens)
    const cached = count(nested ? u.inputTokens?.cacheRead : u.cachedInputTokens)
    const reasoning = count(nested ? u.outputTokens?.reasoning : u.reasoningTokens)
    return {
      inputTokens: input ?? guessTokens(bytes),
      outputTokens: output ?? writtenTokens([sample]),
      ...(cached ? { cachedTokens: cached } : {}),
      ...(reasoning ? { reasoningTokens: reasoning } : {}),
      ...(input === undefined || output === undefined ? { estimated: 1 } : {}),
    }
  }
}
const count = (x: unknown): number | undefined => (typeof x === 'number' && Number.isFinite(x) && x >= 0 ? Math.round(x) : undefined)

/** Rejects as soon as the signal says so, whatever the promise does. */
function until<T>(signal: AbortSignal, p: PromiseLike<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(signal.reason)
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    p.then(
      x => {
        signal.removeEventListener('abort', stop)
        resolve(x)
      },
      e => {
        signal.removeEventListener('abort', stop)
        reject(e)
      },
    )
  })
}

/** Errors of the SDK that another try may not meet. */
const passing = /AI_(JSONParse|TypeValidation|InvalidResponseData|EmptyResponseBody|NoContentGenerated)Error/

function faultOf(e: unknown, asked: Asked, usage: EstimatedUsage | undefined): ModelFault {
  const o = usage === undefined ? {} : { usage }
  if (e instanceof ModelFault) return new ModelFault(e.code, e.message, o)
  const x = e as {
    statusCode?: unknown
    responseHeaders?: Record<string, string>
    isRetryable?: unknown
    data?: any
    name?: string
    message?: string
  }
  // Errors of the SDK hold the request they were made of: only their message goes on.
  if (typeof x.statusCode === 'number') {
    const code = x.data?.error?.code ?? x.data?.error?.type
    const header = (name: string): string | undefined =>
      Object.entries(x.responseHeaders ?? {}).find(([k]) => k.toLowerCase() === name)?.[1]
    return serverFault(
      { status: x.statusCode, message: String(x.message ?? ''), code: typeof code === 'string' ? code : undefined, header },
      asked,
      usage,
    )
  }
  const network = networkFault(e, asked, usage)
  if (network !== null) return network
  const message = brief(String(x?.message ?? e), asked.secrets)
  for (const c of causes(e)) if (passing.test(c.name)) return new ModelFault('fault', `${asked.host}: ${message}`, o)
  if (x?.isRetryable === false || /^AI_/.test(x?.name ?? '')) {
    if (x?.isRetryable !== true) return new ModelFault('refused', `${asked.host}: ${message}`, o)
  }
  return new ModelFault('fault', `${asked.host}: ${message}`, o)
}

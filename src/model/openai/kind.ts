import type { Price } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import { type ModelKind, type Option, parseOptions } from '../kind.ts'
import { type OpenAIOptions, openai } from './openai.ts'
import type { Api, Prefill } from './request.ts'

const amount = (doc: string): Option => ({ type: 'number', min: 0, doc })
const flag = (doc: string): Option => ({ type: 'flag', doc })
const text = (doc: string): Option => ({ type: 'text', doc })

const options: Readonly<Record<string, Option>> = {
  base: text('address of the server, as --base-url'),
  key: text('name of the variable that holds the key (default OPENAI_API_KEY)'),
  api: text('chat, or completions for models without a chat template (default chat)'),
  stream: flag('ask for answers in pieces (default false)'),
  n: text('auto, true, false: does the server draw n samples a request? (default auto)'),
  max: { type: 'number', whole: true, min: 1, doc: 'tokens of an answer, where nothing else says so (default 4096)' },
  stall: { type: 'number', min: 0.001, doc: 'seconds of silence after which a call is given up (default 60 with stream, else 600)' },
  timeout: { type: 'number', min: 0.001, doc: 'seconds a call may take in all (default 3600)' },
  dialect: text("which of a world's dialects it reads and writes (default text)"),
  prefill: text("vllm, prefix or last: how it goes on with the assistant's last message"),
  top: { type: 'number', whole: true, min: 0, max: 20, doc: 'likeliest tokens asked for beside logprobs (default 5)' },
  ids: flag('ask for token ids, as vLLM gives them (default false)'),
  effort: text('reasoning effort, as the server names it'),
  embed: text("the server's model for embeddings (default none)"),
  embedInput: amount('US dollars per million tokens of it (default: as input)'),
  score: flag('it echoes prompts with logprobs, and so can score a given text; with api=completions (default false)'),
  without: text('what the server cannot do, of logprobs+schema+tools'),
  input: amount('US dollars per million prompt tokens'),
  output: amount('US dollars per million written tokens'),
  cached: amount('US dollars per million cached prompt tokens (default: as input)'),
  request: amount('US dollars per request (default 0)'),
}

export const openaiKind: ModelKind = {
  kind: 'openai',
  describe: "Any server that speaks OpenAI's protocol: OpenAI, OpenRouter, vLLM, llama.cpp, Ollama, SGLang",
  example: 'openai:NAME',
  rest: 'name',
  options,
  create({ name }, { baseUrl, keyFrom, price }) {
    const at = name.indexOf('?')
    const o = parseOptions(at < 0 ? '' : name.slice(at + 1), options, 'openai') as Record<string, any>
    const model = at < 0 ? name : name.slice(0, at)
    if (model === '') throw new Failure('usage', 'openai needs a name', 'as in openai:gpt-5-mini')
    const base = o.base ?? baseUrl
    const key = o.key ?? keyFrom
    // A key written where its variable's name belongs must not be shown.
    if (key !== undefined && !/^[A-Za-z_]\w*$/.test(key))
      throw new Failure('usage', 'openai: option key is the name of a variable, not the key', 'export MY_KEY=..., then key=MY_KEY')
    const given: OpenAIOptions = { model }
    if (base !== undefined) given.baseUrl = base
    if (key !== undefined) given.keyFrom = key
    if (o.api !== undefined) given.api = among<Api>('api', o.api, ['chat', 'completions'])
    if (o.n !== undefined) {
      const n = among('n', o.n, ['auto', 'true', 'false'])
      given.n = n === 'auto' ? n : n === 'true'
    }
    if (o.prefill !== undefined) given.prefill = among<Prefill>('prefill', o.prefill, ['vllm', 'prefix', 'last'])
    if (o.without !== undefined)
      given.without = (o.without as string).split('+').map(x => among('without', x, ['logprobs', 'schema', 'tools']))
    for (const k of ['stream', 'max', 'stall', 'timeout', 'dialect', 'top', 'ids', 'effort', 'embed', 'score'] as const)
      if (o[k] !== undefined) Object.assign(given, { [k]: o[k] })
    if (o.embedInput !== undefined) given.embedPrice = o.embedInput as number
    const own = priceOf(o) ?? price
    if (own !== undefined) given.price = own
    return openai(given)
  },
}

function among<T extends string>(name: string, found: string, choices: readonly T[]): T {
  if (!choices.includes(found as T)) throw new Failure('usage', `openai: option ${name} is one of ${choices.join(', ')}, found "${found}"`)
  return found as T
}

function priceOf(o: Record<string, any>): Price | undefined {
  const { input, output, cached, request } = o
  if ([input, output, cached, request].every(x => x === undefined)) return undefined
  if (input === undefined || output === undefined)
    throw new Failure(
      'usage',
      'openai: a price needs input and output',
      'as in openai:NAME?input=0.4,output=1.6 (US dollars per million tokens)',
    )
  return { input, output, ...(cached === undefined ? {} : { cached }), ...(request === undefined ? {} : { request }) }
}

// Models in GGUF files through llama.cpp (node-llama-cpp, an optional package). One request at a time, in order of issue; the prompt is evaluated whole, then each
// sample word by word from there, so that a sample is a function of its prompt and its stream. Choosing words is ours, with the address's own randomness.
import type { Limits, Live, Message, Provider, Sample, Sampling } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import { drawToken, encode, wordOf, words } from '../seedling/index.ts'

/** The part of a node-llama-cpp model and sequence that is used. */
export interface LlamaModel {
  readonly trainContextSize: number
  readonly tokenizer: unknown
  readonly fileInfo: { readonly metadata: { readonly tokenizer?: { readonly ggml?: { readonly tokens?: readonly string[] } } } }
  tokenize(text: string): number[]
  detokenize(tokens: readonly number[]): string
  isEogToken(token: number): boolean
  dispose(): Promise<void>
}
export interface LlamaSequence {
  readonly nextTokenIndex: number
  clearHistory(): Promise<void>
  eraseContextTokenRanges(ranges: { start: number; end: number }[]): Promise<void>
  controlledEvaluate(
    input: (number | [number, { generateNext: { logits: true } }])[],
  ): Promise<({ next: { logits?: ReadonlyMap<number, number> } } | undefined)[]>
}
/** Puts a conversation into the model's own chat format. */
export type ChatFormat = (messages: readonly Message[]) => { prompt: number[]; stops: readonly (readonly number[])[] }

export interface LlamaOptions {
  id: string
  model: LlamaModel
  sequence: LlamaSequence
  chat: ChatFormat
  /** Tokens of prompt and sample together. */
  context: number
  close?(): Promise<void>
}
type Word = ReturnType<typeof wordOf>

/** Does a file's vocabulary begin with the seedling's words? Then prompts are words of the dialect `tokens`, else chats. */
export const speaksTokens = (model: LlamaModel): boolean => {
  const own = model.fileInfo.metadata.tokenizer?.ggml?.tokens
  return own !== undefined && words.every((w, id) => own[id] === w)
}

/** A provider over a loaded model. */
export function llamaProvider({ id, model, sequence, chat, context, close }: LlamaOptions): Provider {
  const tokens = speaksTokens(model)
  const read = (messages: readonly Message[]): { prompt: number[]; stops: readonly (readonly number[])[] } =>
    tokens ? { prompt: encode(messages.map(m => m.content).join(' ')), stops: [] } : chat(messages)
  const write = (ids: readonly number[]): string => (tokens ? ids.map(i => words[i]).join(' ') : model.detokenize(ids))
  const room = (prompt: number, max: number | undefined): number => Math.max(0, Math.min(max ?? 1024, context - prompt))

  /** Takes ids in, and gives the law of the next token after each of the last `wanted`. */
  const laws = async (ids: readonly number[], wanted: number): Promise<Float32Array[]> => {
    const from = ids.length - wanted
    const out = await sequence.controlledEvaluate(ids.map((t, i) => (i < from ? t : [t, { generateNext: { logits: true } }])))
    return out.slice(from).map(o => lawOf(o?.next.logits))
  }
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(() => {
      signal.throwIfAborted()
      return work()
    })
    turn = mine.catch(() => {})
    return mine
  }
  const checkLength = (n: number, most: number): void => {
    if (n === 0) throw new Failure('model', `${id}: expected a prompt of at least one token, found none`)
    if (n > most)
      throw new Failure(
        'model',
        `${id}: expected at most ${most} tokens, found ${n}`,
        'shorten the prompt, or take a model with a longer context',
      )
  }
  const sampleOne = async (
    first: Float32Array,
    stops: readonly (readonly number[])[],
    o: Sampling,
    most: number,
    live: Live,
    index: number,
  ): Promise<Sample> => {
    const random = live.randomAt(index)
    const said: Word[] = []
    let law = first
    let finish: Sample['finish'] = 'cut'
    let text = ''
    let kept = 0
    while (said.length < most) {
      live.signal.throwIfAborted()
      const word = drawToken(law, o.temperature ?? 1, o.topP ?? 1, random)
      said.push(wordOf(law, word, o.top))
      const ids = said.map(w => w.id)
      const ended =
        model.isEogToken(word) ||
        stops.some(s => s.length > 0 && s.length <= ids.length && s.every((x, i) => ids[ids.length - s.length + i] === x))
      kept = ended && !tokens ? ids.length - (model.isEogToken(word) ? 1 : stops.find(s => s[s.length - 1] === word)!.length) : ids.length
      text = write(ids.slice(0, kept))
      if (ended || o.stop?.some(s => text.endsWith(s))) {
        finish = 'stop'
        break
      }
      if (said.length < most) [law] = await laws([word], 1)
    }
    return { text, ...(o.logprobs === false ? {} : { tokens: said }), finish }
  }
  return {
    id,
    dialect: tokens ? 'tokens' : 'text',
    can: ['n', 'logprobs', 'next', 'score'],
    price: { input: 0, output: 0 },
    max(messages, { n, max }): Limits {
      const prompt = read(messages).prompt.length
      return { calls: n, requests: 1, inputTokens: prompt, outputTokens: n * room(prompt, max) }
    },
    sample(messages, o, live) {
      return inTurn(live.signal, async () => {
        const { prompt, stops } = read(messages)
        checkLength(prompt.length, context - 1)
        await sequence.clearHistory()
        const [first] = await laws(prompt, 1)
        const samples: Sample[] = []
        let outputTokens = 0
        for (let i = 0; i < o.n; i++) {
          if (sequence.nextTokenIndex > prompt.length)
            await sequence.eraseContextTokenRanges([{ start: prompt.length, end: sequence.nextTokenIndex }])
          const sample = await sampleOne(first, stops, { ...o, logprobs: true }, room(prompt.length, o.max), live, live.index + i)
          outputTokens += sample.tokens!.length
          if (o.logprobs === false) delete sample.tokens
          samples.push(sample)
        }
        return { samples, usage: { calls: o.n, requests: 1, inputTokens: prompt.length, outputTokens } }
      })
    },
    next(prefixes, live) {
      return inTurn(live.signal, async () => {
        const out: Float32Array[] = []
        for (const p of prefixes) {
          checkLength(p.length, context)
          await sequence.clearHistory()
          out.push(...(await laws(p, 1)))
        }
        return { laws: out, usage: { calls: prefixes.length, requests: 1, inputTokens: prefixes.reduce((a, p) => a + p.length, 0) } }
      })
    },
    score(messages, text, live) {
      return inTurn(live.signal, async () => {
        const { prompt } = read(messages)
        const said = tokens ? encode(text) : model.tokenize(text)
        checkLength(prompt.length, context)
        checkLength(prompt.length + said.length, context + 1)
        await sequence.clearHistory()
        const after = said.length === 0 ? [] : await laws([...prompt, ...said.slice(0, -1)], said.length)
        const scored = said.map((t, i) => wordOf(after[i], t))
        return {
          logprob: scored.reduce((a, w) => a + w.logprob, 0),
          tokens: scored,
          usage: { calls: 1, requests: 1, inputTokens: prompt.length + said.length },
        }
      })
    },
    ...(close === undefined ? {} : { close }),
  }
}

/** Log-probabilities from logits by token id. */
function lawOf(logits: ReadonlyMap<number, number> | undefined): Float32Array {
  if (logits === undefined) throw new Failure('model', 'expected logits from llama.cpp, found none', 'take node-llama-cpp 3.22 or later')
  let size = 0
  let top = Number.NEGATIVE_INFINITY
  for (const [id, x] of logits) {
    if (id >= size) size = id + 1
    if (x > top) top = x
  }
  const out = new Float32Array(size).fill(Number.NEGATIVE_INFINITY)
  let z = 0
  for (const x of logits.values()) z += Math.exp(x - top)
  const base = top + Math.log(z)
  for (const [id, x] of logits) out[id] = x - base
  return out
}

// The seedling as a back end like any other. Free, offline, exact bounds, and the same sample for the same address, whatever else is asked at the time.
import type { Limits, Live, Message, Provider, Sampling } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import { Decoder } from './decoder.ts'
import { Engine, type EngineOptions } from './engine.ts'
import type { Shape, Weights } from './shape.ts'
import { checkToken, encode, idsOf } from './vocabulary.ts'

export interface SeedlingOptions extends EngineOptions {
  id?: string
  /** Rows decoded at once. */
  width?: number
}

/** A prefix kept in the cache until it is let go. */
export interface Fork {
  readonly tokens: readonly number[]
  release(): void
}
export interface Seedling extends Provider {
  readonly engine: Engine
  next: NonNullable<Provider['next']>
  score: NonNullable<Provider['score']>
  fork(prefix: readonly number[]): Promise<Fork>
}

/** Ids of a stop string; null where it has a word the model cannot say, so that it never comes up. */
function stopIds(text: string): number[] | null {
  try {
    return encode(text)
  } catch {
    return null
  }
}

/**
 * A provider over given weights.
 * @throws Failure when the weights do not fit the shape
 */
export function seedlingProvider(shape: Shape, weights: Weights, o: SeedlingOptions = {}): Seedling {
  const engine = new Engine(shape, weights, o)
  const decoder = new Decoder(engine, o.width)
  const { context } = shape
  const checkLength = (tokens: readonly number[], most: number, what: string): void => {
    if (tokens.length === 0)
      throw new Failure('model', `expected ${what} of at least one token, found none`, 'the seedling needs something to go on')
    if (tokens.length > most)
      throw new Failure(
        'model',
        `expected ${what} of at most ${most} tokens, found ${tokens.length}`,
        `the seedling's context is ${context} tokens: give it fewer numbers, or another model`,
      )
  }
  const room = (prompt: number, max: number | undefined): number => Math.max(0, Math.min(max ?? Number.POSITIVE_INFINITY, context - prompt))
  const bounds = (messages: readonly Message[], { n, max }: Sampling & { n: number }): Limits => {
    const prompt = idsOf(messages).length
    return { calls: n, requests: 1, inputTokens: prompt, outputTokens: n * room(prompt, max) }
  }
  return {
    id: o.id ?? 'seedling',
    dialect: 'tokens',
    can: ['n', 'logprobs', 'next', 'score', 'fork'],
    price: { input: 0, output: 0 },
    engine,
    max: bounds,
    async sample(messages, sampling, live: Live) {
      live.signal.throwIfAborted()
      const prompt = idsOf(messages)
      checkLength(prompt, context - 1, 'a prompt')
      const { n, temperature = 1, topP = 1, max, stop = [], logprobs = true, top } = sampling
      const samples = await decoder.sample({
        prompt,
        streams: Array.from({ length: n }, (_, i) => live.randomAt(live.index + i)),
        temperature,
        topP,
        max: room(prompt.length, max),
        stops: stop.map(stopIds).filter(s => s !== null),
        logprobs: true,
        ...(top === undefined ? {} : { top }),
        signal: live.signal,
      })
      const outputTokens = samples.reduce((sum, s) => sum + s.tokens!.length, 0)
      return {
        samples: logprobs ? samples : samples.map(({ tokens: _, ...rest }) => rest),
        usage: { calls: n, requests: 1, inputTokens: prompt.length, outputTokens },
      }
    },
    async next(prefixes, live) {
      live.signal.throwIfAborted()
      for (const p of prefixes) {
        p.forEach(checkToken)
        checkLength(p, context, 'a prefix')
      }
      const laws = await decoder.laws(prefixes, live.signal)
      return { laws, usage: { calls: prefixes.length, requests: 1, inputTokens: prefixes.reduce((a, p) => a + p.length, 0) } }
    },
    async score(messages, text, live) {
      live.signal.throwIfAborted()
      const prompt = idsOf(messages)
      const words = encode(text)
      checkLength(prompt, context, 'a prompt')
      checkLength([...prompt, ...words], context + 1, 'a prompt and its text')
      const tokens = words.length === 0 ? [] : await decoder.words(prompt, words, live.signal)
      const logprob = tokens.reduce((a, t) => a + t.logprob, 0)
      return { logprob, tokens, usage: { calls: 1, requests: 1, inputTokens: prompt.length + words.length } }
    },
    async fork(prefix) {
      prefix.forEach(checkToken)
      checkLength(prefix, context, 'a prefix')
      const [at] = engine.places([prefix])
      engine.hold(at)
      let held = true
      return {
        tokens: [...prefix],
        release() {
          if (held) engine.release(at)
          held = false
        },
      }
    },
  }
}

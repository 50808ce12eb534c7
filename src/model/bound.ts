// What a request to a model of unknown tokenizer may cost, and what it probably did where the server does not say.
import type { Message, Sample, Sampling, Usage } from '../contract/index.ts'

/** Usage with the number of requests whose tokens were counted by us, as bytes over four, because the server gave none. */
export interface EstimatedUsage extends Partial<Usage> {
  estimated?: number
}

/** Tokens a chat template may put around the messages: a system prompt of its own, the date, and marks around each message. */
const around = 128
const perMessage = 8

const json = (x: unknown): number => (x === undefined ? 0 : Buffer.byteLength(JSON.stringify(x)))

/** Bytes of the prompt's words, tools and schema. */
export function promptBytes(messages: readonly Message[], o: Sampling): number {
  let sum = json(o.tools) + json(o.schema)
  for (const m of messages) sum += Buffer.byteLength(m.content)
  return sum
}
/** A bound of the prompt's tokens: no token of a byte-level vocabulary is shorter than a byte. */
export const promptBound = (messages: readonly Message[], o: Sampling): number =>
  promptBytes(messages, o) + perMessage * messages.length + around

export const guessTokens = (bytes: number): number => Math.ceil(bytes / 4)

/** Tokens that were probably written for samples. */
export function writtenTokens(samples: readonly Sample[]): number {
  let sum = 0
  for (const s of samples) {
    if (s.tokens !== undefined) sum += s.tokens.length
    else {
      const calls = (s.toolCalls ?? []).reduce((a, c) => a + Buffer.byteLength(c.name + c.arguments), 0)
      sum += guessTokens(Buffer.byteLength(s.text) + Buffer.byteLength(s.reasoning ?? '') + calls)
    }
  }
  return sum
}

/** a += b, in every figure. An unknown price stays unknown. */
export function addUsage(a: EstimatedUsage, b: EstimatedUsage): EstimatedUsage {
  for (const [k, v] of Object.entries(b) as [keyof EstimatedUsage, number | null][]) {
    const was = a[k] ?? (k in a ? null : 0)
    if (k === 'usd') a.usd = was === null || v === null ? null : was + v
    else a[k] = (was ?? 0) + (v ?? 0)
  }
  return a
}

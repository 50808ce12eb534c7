// A model as judge of one place at a time.
import type { Assessment, Context, Io, Message, Outcome, Reward } from '../contract/index.ts'
import { answerText, fenced, type Readings, readings, spread, unreadable } from './asking.ts'
import { markIn, type Span } from './mark.ts'
import { type MetaOptions, soundest } from './meta.ts'

export interface JudgeOptions extends MetaOptions {
  /** Who judges; falls back to the policy's model. Default `judge`. */
  role?: string
  /** Judgements of a place; their mean counts. Default 1. */
  samples?: number
  /** Marks are asked for on this scale and brought to [0, 1]. Default 0 to 10. */
  scale?: Span
  /** What to judge by, in words. */
  rubric?: string
  temperature?: number
  /** Rounds of asking, where replies cannot be read. Default 2. */
  tries?: number
  /**
   * The mark alone is asked for, and its expectation under the model counts (G-Eval, arXiv:2303.16634, 3.3): exact where the model scores given texts,
   * else over the distinct marks among the samples, weighed by their probability. Without log-probabilities it is the mean of the samples.
   */
  expectation?: boolean
}

/**
 * A model as judge of a place and of the answer it gives, where it gives one. The value is in [0, 1]: the mean mark of its judgements. An opinion, not
 * a proof. A reply without a mark is asked for again; if none has one, the judgement failed, and is no 0. The last words are kept as critique; `parts`
 * has the number of calls, and the mark of each judgement is in the spread `sd`. A state that ended without an answer is worth 0, unasked.
 */
export function judge(o: JudgeOptions = {}): Reward {
  const { role = 'judge', samples = 1, scale = [0, 10], tries = 2 } = o
  const [low, high] = scale
  const share = (mark: number): number => (mark - low) / (high - low)
  const expected = `a score from ${low} to ${high} on a line of its own`
  const sampling = o.temperature === undefined ? {} : { temperature: o.temperature }
  const put = (at: Context, outcome: Outcome<unknown> | null, dialect: string, ask: string): Message[] => {
    const answer = outcome ? `${fenced('The answer given is', answerText(outcome))}\n\n` : ''
    const rubric = o.rubric === undefined ? '' : `${fenced('Judge by this', o.rubric)}\n\n`
    return [...at.messages({ for: 'judgement' }, dialect), { role: 'user', content: `${answer}${rubric}${ask}` }]
  }
  return {
    id: `judge:${role}`,
    async reward(at, outcome, io): Promise<Assessment> {
      if (outcome?.failed) return { value: 0 }
      const model = io.model(role)
      if (o.expectation) {
        const messages = put(
          at,
          outcome,
          model.dialect,
          `How good is this? Reply with the score alone, a whole number from ${low} (worthless) to ${high} (certainly right).`,
        )
        return expectationOf(messages, model, { ...o, samples, tries, scale, expected })
      }
      const ask = `Not a verdict in one word this time: how good is this? Think briefly, then end with a score from ${low} (worthless) to ${high} (certainly right) on a line of its own.`
      const messages = put(at, outcome, model.dialect, ask)
      const r = await readings(model, messages, { n: samples, tries, expected, sampling, read: text => markIn(text, scale) })
      if (r.read.length === 0) return unreadable(expected, r)
      const { kept, asked } = await soundest(r.read, messages, io, o)
      const { mean, sd } = spread(kept.map(x => share(x.mark)))
      return {
        value: mean,
        sd,
        critique: kept[kept.length - 1].text,
        parts: { calls: r.asked + asked, marks: kept.length, unreadable: r.unread.length },
      }
    },
  }
}

async function expectationOf(
  messages: readonly Message[],
  model: ReturnType<Io['model']>,
  o: { samples: number; tries: number; scale: Span; expected: string; temperature?: number },
): Promise<Assessment> {
  const [low, high] = o.scale
  const share = (mark: number): number => (mark - low) / (high - low)
  let law: { mark: number; logprob: number }[]
  let asked: number
  let r: Readings<number> | undefined
  if (model.score !== undefined) {
    const marks = Array.from({ length: Math.floor(high - low) + 1 }, (_, i) => low + i)
    law = await Promise.all(marks.map(async mark => ({ mark, logprob: (await model.score!(messages, String(mark))).logprob })))
    asked = marks.length
  } else {
    const sampling = {
      ...(o.temperature === undefined ? {} : { temperature: o.temperature }),
      ...(model.can.includes('logprobs') ? { logprobs: true } : {}),
    }
    r = await readings(model, messages, {
      n: o.samples,
      tries: o.tries,
      expected: o.expected,
      sampling,
      read: text => markIn(text, o.scale),
    })
    if (r.read.length === 0) return unreadable(o.expected, r)
    asked = r.asked
    const weighed = r.read.every(x => x.logprob !== undefined)
    const distinct = new Map<number, number>()
    for (const x of r.read) {
      // A mark written in two ways has the likelier of the two; without probabilities each sample counts.
      if (weighed) distinct.set(x.mark, Math.max(distinct.get(x.mark) ?? Number.NEGATIVE_INFINITY, x.logprob!))
      else distinct.set(x.mark, Math.log(Math.exp(distinct.get(x.mark) ?? Number.NEGATIVE_INFINITY) + 1))
    }
    law = [...distinct].map(([mark, logprob]) => ({ mark, logprob }))
  }
  const most = Math.max(...law.map(x => x.logprob))
  if (!Number.isFinite(most)) return { value: Number.NaN, failed: true, feedback: 'no mark has a probability', parts: { calls: asked } }
  const weights = law.map(x => Math.exp(x.logprob - most))
  const total = weights.reduce((a, w) => a + w, 0)
  const value = law.reduce((a, x, i) => a + share(x.mark) * weights[i], 0) / total
  const sd = Math.sqrt(law.reduce((a, x, i) => a + (share(x.mark) - value) ** 2 * weights[i], 0) / total)
  return {
    value,
    sd,
    confidence: Math.max(...weights) / total,
    parts: { calls: asked, marks: law.length, unreadable: r?.unread.length ?? 0 },
  }
}

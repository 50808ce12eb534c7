// What all judges share: asking until enough replies can be read, and showing what is judged.
import type { Assessment, Context, LanguageModel, Message, Outcome, Sampling } from '../contract/index.ts'

/** A reply that could be read. */
export interface Reading<M> {
  readonly mark: M
  readonly text: string
  /** Of the whole reply, where the model gives it. */
  readonly logprob?: number
}
export interface Readings<M> {
  readonly read: readonly Reading<M>[]
  /** Samples paid for, those that could not be read included. */
  readonly asked: number
  /** Replies that could not be read. */
  readonly unread: readonly string[]
}

/**
 * n readable replies to one question, or as many as there are after `tries` rounds; each round asks again only for what is missing, and says what was
 * expected. A reply that cannot be read is no judgement: it is neither a 0 nor left to chance.
 */
export async function readings<M>(
  model: LanguageModel,
  messages: readonly Message[],
  o: { n: number; tries: number; expected: string; sampling?: Sampling; read(text: string): M | undefined },
): Promise<Readings<M>> {
  const read: Reading<M>[] = []
  const unread: string[] = []
  let asked = 0
  for (let i = 0; i < o.tries && read.length < o.n; i++) {
    const again: Message[] =
      i === 0 ? [] : [{ role: 'user', content: `The last reply could not be read. Judge again, and end with ${o.expected}.` }]
    const samples = await model.sample([...messages, ...again], { ...o.sampling, n: o.n - read.length })
    asked += samples.length
    for (const s of samples) {
      const mark = s.finish === 'refused' ? undefined : o.read(s.text)
      if (mark === undefined) unread.push(s.text)
      else
        read.push({
          mark,
          text: s.text.trim(),
          ...(s.tokens === undefined || s.tokens.length === 0 ? {} : { logprob: s.tokens.reduce((a, t) => a + t.logprob, 0) }),
        })
    }
    if (samples.length === 0) break
  }
  return { read, asked, unread }
}

/** A judgement that came to nothing: not a score of 0. */
export const unreadable = (expected: string, r: { unread: readonly string[]; asked: number }): Assessment => ({
  value: Number.NaN,
  failed: true,
  feedback: `expected ${expected}, found "${r.unread.at(-1)?.trim().slice(0, 80) ?? ''}"`,
  parts: { calls: r.asked, unreadable: r.unread.length },
})

/** Mean and sample standard deviation. */
export function spread(xs: readonly number[]): { mean: number; sd: number } {
  const mean = xs.reduce((a, x) => a + x, 0) / xs.length
  return { mean, sd: Math.sqrt(xs.reduce((a, x) => a + (x - mean) ** 2, 0) / Math.max(1, xs.length - 1)) }
}

export const answerText = (outcome: Outcome<unknown>): string =>
  typeof outcome.answer === 'string' ? outcome.answer : JSON.stringify(outcome.answer)

/** The place a search started from. */
export function rootOf(at: Context): Context {
  let c = at
  while (c.parent !== null) c = c.parent
  return c
}

/** The steps to a place, first to last, as the policy wrote them; as JSON where nobody wrote them. */
export function written(at: Context): string[] {
  const out: string[] = []
  const steps = at.steps ?? []
  for (let c: Context = at, d = steps.length - 1; c.parent !== null; c = c.parent, d--) {
    const action = steps[d]?.action
    out.push((typeof action === 'string' ? action : (c.draws?.[0]?.text ?? JSON.stringify(action) ?? '')).trim())
  }
  return out.reverse()
}

/** Longest candidate shown to a judge of several, in characters; of longer ones the middle is left out. */
const longest = 24_000
/** A place as a candidate among others. */
export function candidate(at: Context): string {
  const text = written(at).join('\n')
  return text.length <= longest ? text : `${text.slice(0, longest / 2)}\n[...]\n${text.slice(-longest / 2)}`
}

/** Text between fences that it does not contain, so that a candidate cannot pretend to be the judge's own prompt. */
export function fenced(name: string, text: string): string {
  let fence = '"""'
  while (text.includes(fence)) fence += '"'
  return `${name}:\n${fence}\n${text}\n${fence}`
}

/** The task of a search as it is put to a solver. */
export const taskText = (at: Context, dialect: string): string =>
  rootOf(at)
    .messages({ for: 'step' }, dialect)
    .map(m => m.content)
    .join('\n\n')

// What a simulated model says when it is asked something other than its world's own questions: a critic's END, a mark, yes or no.
import type { Random } from '../contract/index.ts'

/** What the model knows of the place in question. */
export interface Truth {
  /** Nothing can be done there any more. */
  readonly over: boolean
  /** It can end well, or has. */
  readonly promising: boolean
}

const mark = /\b(?:scores?|rates?|rating|marks?|grades?|probability|likelihood|number|integer|percent\w*|how (?:much|good|likely))\b/i
const number = String.raw`\(?([-+]?\d+(?:\.\d+)?)(?:\s*\([^)]*\))?`
const spoken = new RegExp(`\\b(?:from|between|scale of)\\s+${number}\\s*(?:to|and|through)\\s+${number}`, 'i')
const written = /(?<![\d.)]\s*)\b(\d+(?:\.\d+)?)\s*(?:to|-|\u2013|\.\.)\s*(\d+(?:\.\d+)?)\b(?!\s*[-+*/=)])/i
/** The range of a mark that a question asks for: `from 0 (bad) to 1 (good)`, `between 1 and 10`, `1-10`. */
const rangeIn = (question: string): [number, number] | null => {
  const m = mark.test(question) ? (spoken.exec(question) ?? written.exec(question)) : null
  return m && [Math.min(Number(m[1]), Number(m[2])), Math.max(Number(m[1]), Number(m[2]))]
}
const end = /\bEND\b/
const yesNo = /\byes\b[^.\n]{0,20}\bno\b/i

/** Is this a question, or only words that a prompt is given along with? */
export const asksSomethingElse = (text: string): boolean =>
  end.test(text) || yesNo.test(text) || rangeIn(text) !== null || /\?\s*$/.test(text.trim())

/** Numbered lines of a question: options to choose from. */
export const optionsIn = (question: string): string[] => [...question.matchAll(/^\s*\d{1,3}[.)] +(.+)$/gm)].map(m => m[1].trim())

/** Chooses among options of known worth: a good one, or with probability `error` a bad one, where there are both. The number of the one chosen. */
export function choose(good: readonly boolean[], r: Random, o: { error: number }): string {
  const wanted = r.next() >= o.error
  const all = good.map((_, i) => i)
  const fit = all.filter(i => good[i] === wanted)
  return String(1 + r.pick(fit.length > 0 ? fit : all))
}

/** Is a confidence to be written with the reply, as in `Confidence: N%`? */
export const asksConfidence = (told: string): boolean => /\bConfidence: N\b/.test(told)
/** Such a line: in the upper third of the hundred, or in the lower. */
export const confidence = (high: boolean, r: Random): string =>
  `Confidence: ${Math.max(1, Math.round(100 * (high ? 1 - r.next() / 3 : r.next() / 3)))}%`

/**
 * A short reply, the same for the same question and sample. Where the place is known, END, marks and yes or no follow the truth about it, contrary to it
 * with probability `error`; marks lie in the upper or the lower third of the range asked for.
 */
export function replyTo(question: string, truth: Truth | null, r: Random, o: { error: number }): string {
  const erring = r.next() < o.error
  if (end.test(question)) {
    if (truth?.over && truth.promising) return 'END'
    return advice(truth, r)
  }
  const good = truth === null ? r.next() < 0.5 : truth.promising !== erring
  if (yesNo.test(question)) return good ? 'Yes' : 'No'
  const span = rangeIn(question)
  if (span) {
    const [low, high] = span
    const share = good ? 1 - r.next() / 3 : r.next() / 3
    const value = low + share * (high - low)
    return String(high - low > 2 ? Math.round(value) : Math.round(value * 100) / 100)
  }
  return advice(truth, r)
}

const advice = (truth: Truth | null, r: Random): string => {
  if (truth?.over) return truth.promising ? 'It is solved.' : 'This ended without a solution: take another way from an earlier place.'
  if (truth && !truth.promising)
    return r.pick(['This way looks lost: go back and try another step.', 'Nothing good can come of this: choose a different step earlier.'])
  return r.pick(['Go on from here, one step at a time.', 'Check each result, then take the step that keeps most ways open.'])
}

// A critic for texts without a right answer: moderate surprise is good, incoherence and repetition are not.
import type { Assessment, Context, Io, Value } from '../contract/index.ts'
import { written } from './asking.ts'

export interface CuriosityOptions {
  /** Surprisal liked best, in nats a token, and how far from it is still liked (a standard deviation). Both from texts one likes. */
  mean: number
  width: number
  /** Share of the tokens cut at either end before the mean is taken, so that rare names and numbers do not decide. Default 0.1. */
  trim?: number
  /** Value = sigmoid(bias + curiosity C + coherence c + repetition r). Defaults -4, 4, 4, -2. */
  weights?: { bias?: number; curiosity?: number; coherence?: number; repetition?: number }
  /** Judges coherence, in [0, 1]. Without one it counts as 1. */
  coherence?: Value
  /** Whose surprise it is: a model that does not change while another one learns. Default `reference`. It must score given texts. */
  role?: string
  /** Surprisals of the tokens of the last step, in place of those of a model. */
  surprisals?(at: Context, io: Io): readonly number[] | Promise<readonly number[]>
}

/** exp(-(s - mean)^2 / (2 width^2)): 1 at the surprisal liked best, towards 0 for the predictable and for the random. */
export const bandPass = (surprisal: number, mean: number, width: number): number => Math.exp(-((surprisal - mean) ** 2) / (2 * width ** 2))

/** Mean without the share `trim` of the greatest and as many of the least; NaN for an empty list. @param trim from 0 to below 0.5 */
export function trimmedMean(xs: readonly number[], trim: number): number {
  const cut = Math.floor(xs.length * trim)
  const kept = xs.toSorted((a, b) => a - b).slice(cut, xs.length - cut)
  return kept.reduce((a, x) => a + x, 0) / kept.length
}

/** Share of the words of a text that stand in what went before it. */
function repetition(text: string, before: string): number {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  const known = new Set(before.toLowerCase().match(/[\p{L}\p{N}]+/gu))
  return words.length === 0 ? 0 : words.filter(w => known.has(w)).length / words.length
}

/**
 * Values the last step of a text by the inverted U of curiosity (COS(M+O)S, arXiv:2501.17104), over its surprisal under a fixed reference model. The paper
 * does not publish its formula: this one, a band-pass beside coherence and repetition under a sigmoid, is a reading of it.
 *
 * @returns a value in [0, 1] with its `parts`; failed where the surprisal cannot be known
 */
export function curiosity(o: CuriosityOptions): Value {
  const { role = 'reference', trim = 0.1, weights = {} } = o
  const w = { bias: -4, curiosity: 4, coherence: 4, repetition: -2, ...weights }
  const surprisals = async (at: Context, io: Io, text: string): Promise<readonly number[]> => {
    if (o.surprisals !== undefined) return o.surprisals(at, io)
    const model = io.model(role)
    if (model.score === undefined || at.parent === null) return []
    const { tokens } = await model.score(at.parent.messages({ for: 'step' }, model.dialect), text)
    return tokens?.map(t => -t.logprob) ?? []
  }
  return {
    id: `curiosity:${role}`,
    async value(at, io): Promise<Assessment> {
      const steps = written(at)
      const text = steps.at(-1) ?? ''
      const [all, coherent] = await Promise.all([surprisals(at, io, text), o.coherence?.value(at, io)])
      const surprisal = trimmedMean(all, trim)
      const c = coherent === undefined ? 1 : coherent.value
      if (Number.isNaN(surprisal) || Number.isNaN(c)) {
        const feedback = Number.isNaN(c) ? 'coherence could not be judged' : `${role} gives no log-probabilities of given texts`
        return { value: Number.NaN, failed: true, feedback }
      }
      const curious = bandPass(surprisal, o.mean, o.width)
      const repeated = repetition(text, steps.slice(0, -1).join(' '))
      const value = 1 / (1 + Math.exp(-(w.bias + w.curiosity * curious + w.coherence * c + w.repetition * repeated)))
      return { value, parts: { surprisal, curiosity: curious, coherence: c, repetition: repeated } }
    },
  }
}

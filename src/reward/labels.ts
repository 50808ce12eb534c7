import type { Assessment, Reward, Value } from '../contract/index.ts'

/** Words of a judgement and what they are worth. */
export type Scale = Readonly<Record<string, number>>
/** Worth in [0, 1], to stand beside rewards. Tree of Thoughts has 20, 1 and 0.001, summed. */
export const plainScale: Scale = { sure: 1, likely: 0.5, impossible: 0 }

const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/**
 * Reads a judgement: the last label word in it, whatever its case; one with a `not` right before it does not count.
 * undefined: there is none.
 */
export function labelIn<L extends string>(reply: string, words: readonly L[]): L | undefined {
  const any = words.map(escaped).join('|')
  const found = [...reply.matchAll(new RegExp(`(\\bnot\\s+|n't\\s+)?(?<![\\p{L}\\p{N}])(${any})(?![\\p{L}\\p{N}])`, 'giu'))].findLast(
    m => m[1] === undefined,
  )
  return found && words.find(w => w.toLowerCase() === found[2].toLowerCase())
}

/**
 * A critic that judges a place by a word: asked `samples` times, the words made numbers by `scale` and summed or averaged.
 * Replies without a label are left out; if there is none with one, the judgement failed.
 * @param o.scale default: sure 1, likely 0.5, impossible 0
 * @param o.samples default 3
 * @param o.combine `sum` as Tree of Thoughts (arXiv:2305.10601), where one `sure` outweighs nineteen `likely`; `mean` (default) keeps the scale's range
 * @param o.role who is asked; falls back to the policy's model
 * @returns values with the votes of each word in `parts`, the share of the most frequent one as `confidence`, and the spread as `sd`
 */
export function labels(o: { scale?: Scale; samples?: number; combine?: 'sum' | 'mean'; role?: string; temperature?: number } = {}): Value {
  const { scale = plainScale, samples = 3, combine = 'mean', role = 'critic' } = o
  const words = Object.keys(scale)
  return {
    id: `labels(${words.join(',')})`,
    async value(at, io): Promise<Assessment> {
      const model = io.model(role)
      const sampling = o.temperature === undefined ? {} : { temperature: o.temperature }
      const replies = await model.sample(at.messages({ for: 'judgement' }, model.dialect), { ...sampling, n: samples })
      const read = replies.map(r => labelIn(r.text, words)).filter(w => w !== undefined)
      if (read.length === 0) {
        const found = replies[0]?.text.trim().slice(0, 80) ?? ''
        return { value: Number.NaN, failed: true, feedback: `expected one of ${words.join(', ')}, found "${found}"` }
      }
      const parts: Record<string, number> = {}
      for (const w of read) parts[w] = (parts[w] ?? 0) + 1
      const xs = read.map(w => scale[w])
      const sum = xs.reduce((a, x) => a + x, 0)
      const mean = sum / xs.length
      const sd = Math.sqrt(xs.reduce((a, x) => a + (x - mean) ** 2, 0) / Math.max(1, xs.length - 1))
      return { value: combine === 'sum' ? sum : mean, sd, confidence: Math.max(...Object.values(parts)) / read.length, parts }
    },
  }
}

/** A critic as a reward: what it thinks of the place is what the search is paid. A state that ended without an answer is worth 0 and not asked about. */
export const asReward = (value: Value, id = 'critic'): Reward => ({
  id,
  async reward(at, outcome, io) {
    return outcome?.failed ? { value: 0 } : value.value(at, io)
  },
})

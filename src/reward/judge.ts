import type { Assessment, Reward } from '../contract/index.ts'

/** A mark in [0, 1] from a reply: the last number in it; `80%` and `8/10` are 0.8. undefined: there is none in range. */
export function markIn(reply: string): number | undefined {
  const all = [...reply.matchAll(/(-?\d+(?:\.\d+)?|-?\.\d+)\s*(%|\/\s*(\d+(?:\.\d+)?))?/g)]
  const last = all.at(-1)
  if (!last) return undefined
  const x = Number(last[1]) / (last[2] === '%' ? 100 : last[3] === undefined ? 1 : Number(last[3]))
  return x >= 0 && x <= 1 ? x : undefined
}

/**
 * A model as judge of a place and of the answer it gives, where it gives one: a mark from 0 to 1, the mean over `samples` replies. An opinion, not a
 * proof. Replies without a mark are left out; if none has one, the judgement failed. Its words are kept as critique.
 */
export function judge(o: { role?: string; samples?: number; temperature?: number } = {}): Reward {
  const { role = 'judge', samples = 1 } = o
  return {
    id: `judge:${role}`,
    async reward(at, outcome, io): Promise<Assessment> {
      if (outcome?.failed) return { value: 0 }
      const model = io.model(role)
      const answer = outcome
        ? `The answer given is:\n${typeof outcome.answer === 'string' ? outcome.answer : JSON.stringify(outcome.answer)}\n\n`
        : ''
      const content = `${answer}How good is this? Think briefly, then end with a score from 0 (worthless) to 1 (certainly right) on a line of its own.`
      const sampling = o.temperature === undefined ? {} : { temperature: o.temperature }
      const replies = await model.sample([...at.messages({ for: 'judgement' }, model.dialect), { role: 'user', content }], {
        ...sampling,
        n: samples,
      })
      const marks = replies.map(r => markIn(r.text)).filter(x => x !== undefined)
      const critique = replies.at(-1)?.text.trim()
      if (marks.length === 0)
        return { value: Number.NaN, failed: true, feedback: `expected a score from 0 to 1, found "${critique?.slice(0, 80) ?? ''}"` }
      const mean = marks.reduce((a, x) => a + x, 0) / marks.length
      const sd = Math.sqrt(marks.reduce((a, x) => a + (x - mean) ** 2, 0) / Math.max(1, marks.length - 1))
      return { value: mean, sd, ...(critique ? { critique } : {}) }
    },
  }
}

// Judges of several as rewards of one: a place is compared with solutions that the judge wrote itself, the same in the whole search.
import type { Assessment, Context, Io, Meter, Reward } from '../contract/index.ts'
import { candidate, rootOf, taskText, unreadable } from './asking.ts'
import { type ListwiseOptions, markSlate } from './listwise.ts'
import { duel, type PairwiseOptions } from './pairwise.ts'
import { calibrateSlates } from './slates.ts'

/** Reference solutions of the task: drawn once in a search, by whoever asks first, and paid for there. */
function references(role: string, count: number): (at: Context, io: Io) => Promise<{ texts: readonly string[]; drawn: number }> {
  // By the search's own budget: that is one object for each search, and none outlives its run.
  const kept = new WeakMap<Meter, Promise<readonly string[]>>()
  return async (at, io) => {
    const known = kept.get(io.budget)
    if (known !== undefined) return { texts: await known, drawn: 0 }
    const model = io.model(role)
    const drawing = model
      .sample(rootOf(at).messages({ for: 'attempt' }, model.dialect), { n: count })
      .then(xs => xs.map(x => x.text.trim()).filter(x => x !== ''))
    kept.set(io.budget, drawing)
    drawing.catch(() => kept.delete(io.budget))
    return { texts: await drawing, drawn: count }
  }
}
const nothing = (calls: number): Assessment => ({
  value: Number.NaN,
  failed: true,
  feedback: 'the judge wrote no solution to compare with',
  parts: { calls },
})

/** How surely a place beats the judge's own solutions, in [0, 1]: the mean over duels with each, in both orders. 0.5: as good as the judge's own. */
export function pairwiseReward(o: PairwiseOptions & { anchors?: number } = {}): Reward {
  const { role = 'judge', anchors = 1 } = o
  const drawn = references(role, anchors)
  return {
    id: `pairwise:${role}`,
    async reward(at, outcome, io): Promise<Assessment> {
      if (outcome?.failed) return { value: 0 }
      const dialect = io.model(role).dialect
      const own = await drawn(at, io)
      if (own.texts.length === 0) return nothing(own.drawn)
      const task = taskText(at, dialect)
      const duels = await Promise.all(own.texts.map(text => duel(task, candidate(at), text, io, o)))
      const known = duels.filter(d => !Number.isNaN(d.p))
      const calls = own.drawn + duels.reduce((a, d) => a + d.asked, 0)
      if (known.length === 0) return { value: Number.NaN, failed: true, feedback: duels[0].failed ?? '', parts: { calls } }
      const value = known.reduce((a, d) => a + d.p, 0) / known.length
      const bias = known.reduce((a, d) => a + d.bias, 0) / known.length
      return {
        value,
        parts: { calls, duels: known.length, bias },
        ...(known[0].critique === undefined ? {} : { critique: known[0].critique }),
      }
    },
  }
}

/** A place marked in one list with the judge's own solutions, in [0, 1]: 0.5 where it is as good as they are on average. They hold the scale still. */
export function listwiseReward(o: ListwiseOptions = {}): Reward {
  const { role = 'judge', anchors = 2 } = o
  const drawn = references(role, anchors)
  return {
    id: `listwise:${role}`,
    async reward(at, outcome, io): Promise<Assessment> {
      if (outcome?.failed) return { value: 0 }
      const own = await drawn(at, io)
      if (own.texts.length === 0) return nothing(own.drawn)
      const texts = [candidate(at), ...own.texts]
      const marked = await markSlate(taskText(at, io.model(role).dialect), texts, io, { ...o, key: 'reward' })
      const worth = calibrateSlates(marked.slates)
      const mine = worth(0)
      const theirs = own.texts.map((_, i) => worth(i + 1)).filter(x => !Number.isNaN(x))
      const calls = own.drawn + marked.asked
      if (Number.isNaN(mine) || theirs.length === 0)
        return {
          ...unreadable('a score for each candidate', { unread: marked.unread, asked: calls }),
          parts: { calls, unreadable: marked.unread.length },
        }
      const level = theirs.reduce((a, x) => a + x, 0) / theirs.length
      return { value: Math.min(1, Math.max(0, 0.5 + (mine - level) / 2)), parts: { calls, marks: marked.slates.length, anchors: level } }
    },
  }
}

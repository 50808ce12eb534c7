// A test key cannot reach a search. Every line below an expectation is an error; one that is none any more is an error, too.
import type { Frame, Grader, Item, Key, Search, World } from '../contract/index.ts'
import { method } from '../runtime/index.ts'
import { compare } from './compare.ts'
import { grade } from './compare-cell.ts'
import { solve } from './solve.ts'

interface Place {
  n: number
}
declare const world: World<Place, number, string, { seed: number }>
declare const item: Item<{ seed: number }, 'test'>
declare const devItem: Item<{ seed: number }, 'dev'>
declare const grader: Grader<string, 'test'>
declare const devGrader: Grader<string, 'dev'>
const m = method({ id: 'm', knobs: {}, async run() {} })
const common = { frame: { world }, methods: [m], budget: { calls: 1 } }

export const ok = compare({ ...common, items: [{ id: 'a', ...item }], grader })
export const dev = compare({ ...common, items: [{ id: 'a', ...devItem }], grader: devGrader })
// @ts-expect-error keys of one split, a grader of another
export const mixed = compare({ ...common, items: [{ id: 'a', ...devItem }], grader })
// @ts-expect-error an item without its key cannot be graded
export const bare = compare({ ...common, items: [{ id: 'a', task: { seed: 1 } }], grader })
// @ts-expect-error a grader rewards no search
export const frame: Frame<Place, number, string, { seed: number }> = { world, method: m, reward: grader }
// @ts-expect-error an item is no task: its key would come along
export const run = solve({ world, method: m }, item)
export const peeking = method({
  id: 'peeking',
  knobs: {},
  parts: { grader, key: item.key as Key<'test'> },
  async run(s: Search<Place, number>, _, p) {
    // @ts-expect-error a search has no leave to grade test items, not even with grader and key in hand
    await p.grader.grade('24', p.key, s)
  },
})
export const byGrade = grade(grader, '24', item.key, undefined)

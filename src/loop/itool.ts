import type { NodeId } from '../contract/index.ts'
import { imitationRows, type Preference, pairRows, taken } from '../learn/from-trees.ts'
import { group, type Harvest, type LoopSpec, successOf } from './spec.ts'

/** Share of right answers from which on a problem is mastered. */
const mastered = 0.5
/** Share of the mastered problems that later rounds go over again. */
const replayed = 0.25
/** Pairs of a tree. */
const most = 4

/** A call as it is compared: the operation, then its numbers. What follows the equals sign is its reply. */
const callOf = (step: string): string[] => step.split(' = ')[0].split(' ')
/** How far one call is another: half for the operation, a quarter for each number. */
const likeness = (a: string, b: string): number => {
  const [[x, op, y], [u, as, v]] = [callOf(a), callOf(b)]
  const same = Math.max(Number(x === u) + Number(y === v), Number(x === v) + Number(y === u))
  return Number(op === as) / 2 + same / 4
}
/** Grades of a leaf: excellent, acceptable, fair, poor. */
export const grades = { excellent: 1, acceptable: 2 / 3, fair: 1 / 3, poor: 0 } as const
/**
 * What a wrong chain of calls is worth beside a right one, call by call: operation and numbers. Never excellent.
 * @param steps of both, as the world says them: `a op b = c : rest ;`
 */
export function grade(steps: readonly string[], gold: readonly string[]): number {
  const n = Math.max(steps.length, gold.length)
  const alike = steps.reduce((sum, s, i) => sum + (i < gold.length ? likeness(s, gold[i]) : 0), 0) / n
  return alike >= 2 / 3 ? grades.acceptable : alike >= 1 / 3 ? grades.fair : grades.poor
}

interface Leaf {
  readonly n: NodeId
  readonly steps: readonly string[]
}
/**
 * Fine pairs of a tree: a wrong answer against the right one that it shares the longest beginning with. Long beginnings first, so that chosen and rejected differ in a
 * fragment; of equals those that are worth least. Each wrong answer once, `most` of a tree; whole answers, as they are sampled.
 */
export function finePairs({ tree, teller, right }: Pick<Harvest, 'tree' | 'teller' | 'right'>): Preference[] {
  const leaves = (is: boolean): Leaf[] =>
    taken(tree)
      .filter(n => right(n) === is)
      .map(n => ({ n, steps: teller.steps(n) }))
  const gold = leaves(true)
  const shared = (a: Leaf, b: Leaf): number => {
    const i = a.steps.findIndex((s, k) => s !== b.steps[k])
    return i < 0 ? a.steps.length : i
  }
  return leaves(false)
    .flatMap(bad => {
      const near = gold.map(good => ({ good, shared: shared(bad, good) })).sort((a, b) => b.shared - a.shared || a.good.n - b.good.n)[0]
      if (near === undefined) return []
      const worth = Math.max(...gold.map(g => grade(bad.steps, g.steps)))
      return [{ ...near, bad, worth }]
    })
    .sort((a, b) => b.shared - a.shared || a.worth - b.worth || a.bad.n - b.bad.n)
    .slice(0, most)
    .map(({ good, bad, worth }) => ({
      kind: 'preference',
      prompt: teller.wholeMessages(),
      chosen: good.steps.join(' '),
      rejected: bad.steps.join(' '),
      margin: grades.excellent - worth,
      source: { node: tree.key(tree.root) },
    }))
}

/**
 * iTool (2025): more data of one kind helps less and less, for the model keeps failing at the same fragments. In the number worlds a move is a tool call: the operation
 * is its name, the numbers are its parameters.
 *
 * 1. Warm-up: right answers are imitated once, from easy problems to hard ones, easy by the share of eight answers that were right.
 * 2. What is not mastered (less than half were right) is searched, by rollouts with UCB from the current policy.
 * 3. Wrong leaves are graded call by call against the right ones of the tree: excellent, acceptable, fair, poor.
 * 4. Pairs that share a long beginning and differ in a fragment, by SimPO.
 * 5. Again with the new policy, on what is still not mastered; a quarter of what is mastered is gone over again, lest it be forgotten.
 *
 * What no search solves gives no pair: there is no gold to put in its place.
 */
export const itool: LoopSpec = {
  id: 'itool',
  describe: 'warm-up from easy to hard; search where it fails, pairs that differ in a fragment, SimPO',
  paper: {
    title: 'Boosting Tool Use of Large Language Models via Iterative Reinforced Fine-Tuning',
    id: 'arXiv:2501.09766',
    dossier: 'itool',
  },
  search: group(8),
  again: {
    search: { method: 'rstar-math', preset: 'data', knobs: { n: 6 }, budget: { calls: 60 } },
    when: h => !(successOf(h) >= mastered),
  },
  reference: 'last',
  rows(trees, { again, round, random }) {
    const right = (h: Harvest) => imitationRows(h.teller, { top: 1, right: h.right, score: 'reward' })
    const searched = new Map(again.map(h => [h.name, h]))
    const easyFirst = trees.toSorted((a, b) => (successOf(b) || 0) - (successOf(a) || 0))
    const warm = round === 1 ? easyFirst : easyFirst.filter(h => successOf(h) >= mastered && random.next() < replayed)
    return {
      first: warm.flatMap(h => {
        const own = right(h)
        const found = searched.get(h.name)
        return own.length > 0 || found === undefined ? own : right(found)
      }),
      policy: again.flatMap(h => pairRows(finePairs(h), h.name)),
      value: [],
    }
  },
  first: { losses: [{ id: 'sft' }], epochs: 1, inOrder: true, rate: 1e-4 },
  policy: { losses: [{ id: 'simpo' }], epochs: 1, rate: 1e-4 },
}

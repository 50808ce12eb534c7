import type { NodeId } from '../contract/index.ts'
import { balance, imitationRows } from '../learn/from-trees.ts'
import { type Harvest, imitating, type LoopSearch, type LoopSpec, sampled } from './spec.ts'

const temperatures = [0.6, 0.8, 1, 1.2]
const thresholds = [0, 0.1, 0.15, 0.5, 1.05, 1.1, 1.15]
/** n*: right and different answers that a problem is to give. */
const wanted = 8

/** Answers with their score: right or not, and a fifth of what the critic thinks of them (the paper's correctness + PRM / 5). Each is asked about: a call. */
const scored = (n: number, temperature: number): LoopSearch => ({
  ...sampled(n, { temperature }),
  reward: 'exact+0.2*critic',
  budget: { calls: 2 * n },
})
const ends = (h: Harvest): NodeId[] => h.tree.nodes().filter(n => h.right(n) !== null)
/** Mean balance of some trees at a threshold: a problem that keeps nothing counts 0. A node is an answer once, however often it was drawn. */
const balanceAt = (trees: readonly Harvest[], threshold: number): number =>
  trees.reduce((sum, h) => {
    const kept = ends(h).filter(n => h.tree.R[n] > threshold)
    return sum + balance(kept.length, kept.filter(n => h.right(n) === true).length, wanted)
  }, 0) / Math.max(1, trees.length)

/**
 * Zeng et al. 2025. Before a round, temperature and threshold are chosen that balance exploration and exploitation on a few problems: the mean over them of
 * min(n' / n*, 1) n' / n, of n kept answers of which n' are right and different. Then answers are sampled so, and what is above the threshold is imitated, best
 * first. What the choice costs is the
 * round's. In the number worlds a wrong end has no score: there the threshold only says how sure the critic must be of a right one.
 */
export const bStar: LoopSpec = {
  id: 'b-star',
  describe: 'sampling temperature and reward threshold chosen each round by the balance of what they keep',
  paper: {
    title: 'B-STaR: Monitoring and Balancing Exploration and Exploitation in Self-Taught Reasoners',
    id: 'arXiv:2412.17256',
    dossier: 'b-star',
  },
  search: scored(40, 1),
  async prepare({ probe }) {
    let best = { temperature: 1, threshold: 0.5, balance: -1 }
    for (const temperature of temperatures) {
      const trees = await probe(scored(16, temperature), 16, `probe ${temperature}`)
      for (const threshold of thresholds) {
        const b = balanceAt(trees, threshold)
        if (trees.length > 0 && b > best.balance) best = { temperature, threshold, balance: b }
      }
    }
    return { search: scored(40, best.temperature), settings: best }
  },
  rows: (trees, { settings }) => ({
    policy: trees.flatMap(h =>
      imitationRows(h.teller, {
        top: wanted,
        score: 'reward',
        onlyRight: false,
        right: n => {
          const r = h.right(n)
          // What lies below the threshold is as good as never drawn.
          return r === null || !(h.tree.R[n] > settings.threshold) ? null : r
        },
      }),
    ),
    value: [],
  }),
  policy: imitating,
}

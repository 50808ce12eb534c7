import { average } from '../kernel/index.ts'
import { deviation, gae, klReward, type TuneRow } from '../learn/from-trees.ts'
import { answered } from './answers.ts'
import { group, type LoopSpec } from './spec.ts'

/** What the verifier pays for an answer that it accepts. */
const alpha = 10
/** What an answer without an end is charged. */
const endless = -10
const beta = 0.05
const lambda = 0.95

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
const spoken = (r: TuneRow): number[] => r.segment.flatMap((s, t) => (s === 'policy' ? [t] : []))

/**
 * Lambert et al. 2024, the last stage: reinforcement learning with verifiable rewards, by PPO.
 *
 * 1. The reward is 10 where the world accepts the answer, else 0; -10 where it has no end. No reward model beside it.
 * 2. A penalty for each word, beta (log pi - log ref) with beta = 0.05, is taken off the reward: not differentiated. The reference is what the loop began with.
 * 3. A value model says what is expected at each word; it begins as the critic, a general judge. Advantages by GAE (lambda = 0.95), brought to mean 0 and deviation 1.
 * 4. Clipped surrogate for the policy; the value learns the returns.
 */
export const tulu3Rlvr: LoopSpec = {
  id: 'tulu3-rlvr',
  describe: 'PPO with verifiable rewards: a value model, advantages by GAE, a KL penalty in the reward',
  paper: { title: 'TÜLU 3: Pushing Frontiers in Open Language Model Post-Training', id: 'arXiv:2411.15124', dossier: 'tulu3-rlvr' },
  search: group(16),
  rows(trees) {
    const rows = trees.flatMap(h =>
      answered(h).map(
        ({ row, reward, ended }): TuneRow => ({
          ...row,
          reward: ended ? alpha * reward : endless,
          verdicts: spoken(row).map(at => ({ at })),
        }),
      ),
    )
    return { policy: rows, value: rows }
  },
  async weigh({ policy: rows }, look) {
    const bare = rows.map(({ verdicts: _, ...r }) => r)
    const [lo, lr, judged] = [await look('policy', bare), await look('start', bare), await look('critic', rows)]
    const priced = rows.map((r, i) => {
      const at = spoken(r)
      const values = at.map((_, j) => alpha * sigmoid(judged[i].good[j] - judged[i].bad[j]))
      const rewards = klReward(
        at.map((_, j) => (j === at.length - 1 ? r.reward! : 0)),
        at.map(t => lo[i].lp[t]),
        at.map(t => lr[i].lp[t]),
        beta,
      )
      const advantage = gae(rewards, values, { lambda })
      return { at, advantage, returns: advantage.map((a, j) => a + values[j]) }
    })
    const all = priced.flatMap(p => [...p.advantage])
    const [mean, spread] = [average(all), deviation(all) + 1e-8]
    return {
      policy: bare.map((r, i): TuneRow => {
        const advantage = new Array<number>(r.tokens.length).fill(0)
        priced[i].at.forEach((t, j) => {
          advantage[t] = (priced[i].advantage[j] - mean) / spread
        })
        return { ...r, advantage }
      }),
      value: bare.map(
        (r, i): TuneRow => ({
          tokens: r.tokens,
          segment: r.tokens.map(() => 'prompt'),
          // A verdict is from 0 to 1: what the penalty takes below 0 is cut off.
          verdicts: priced[i].at.map((at, j) => ({ at, value: Math.min(1, Math.max(0, priced[i].returns[j] / alpha)) })),
        }),
      ),
    }
  },
  policy: { losses: [{ id: 'ppo' }], epochs: 2, rate: 1e-4, batch: 64 },
  value: { epochs: 1, rate: 1e-4 },
}

import { advantageKinds, advantages, prefixAdvantage, prefixShare, type TuneRow } from '../learn/from-trees.ts'
import { decode } from '../model/seedling/index.ts'
import { answered, demonstration } from './answers.ts'
import { group, type Harvest, type LoopSpec } from './spec.ts'

/** Rounds in which hints grow from nearly the whole demonstration to any part of it. */
const rounds = 3

/** Rows of one problem: its own answers, and those that went on from a hint. */
export function prefixRows(h: Harvest, hinted: readonly Harvest[]): TuneRow[] {
  const own = answered(h).filter(x => x.ended)
  const rewards = own.map(x => x.reward)
  const values =
    own.length < 2
      ? own.map(() => 0)
      : advantages(
          rewards,
          rewards.map(() => h.name),
          advantageKinds.grpo,
        )
  const on = own.flatMap(({ row, reward }, i): TuneRow[] => (values[i] === 0 ? [] : [{ ...row, reward, advantage: values[i] }]))
  const begun = hinted.flatMap(answered).filter(x => x.ended)
  const off = begun.map(({ row, reward }): TuneRow => {
    const ofHint = prefixAdvantage(reward, rewards, begun.length)
    return { ...row, reward, advantage: row.segment.map(s => (s === 'prefix' ? ofHint : s === 'policy' ? reward : 0)) }
  })
  return [...on, ...off].map((r): TuneRow => ({ ...r, group: h.name, unit: `${h.name} group` }))
}

/**
 * Huang et al. 2025. One of eight answers to a problem goes on from the beginning of a demonstration.
 *
 * 1. The hint is a share of the demonstration, uniform between a floor that falls along a cosine from near 1 to near 0 over three rounds, and 0.95: it begins as
 *    imitation and ends as reinforcement.
 * 2. Free answers: advantages of their own group alone. The hinted one: its reward on what the policy added; on the hint that reward less the mean of the free
 *    ones. So what a hint gained on a hard problem is much, on an easy one nearly nothing, and a failure is held against it.
 * 3. Of the hints' tokens only the fifth that the policy is least sure of carry loss.
 * 4. PPO's clip with a dual one, an entropy bonus, no KL.
 *
 * Demonstrations are what a search of the same problem found.
 */
export const prefixRft: LoopSpec = {
  id: 'prefix-rft',
  describe: 'groups of answers, one of them gone on from the beginning of what search found',
  paper: { title: 'Blending Supervised and Reinforcement Fine-Tuning with Prefix Sampling', id: 'arXiv:2507.01679', dossier: 'prefix-rft' },
  search: group(7),
  again: { search: { method: 'rest-mcts', knobs: { critic: 'none' }, budget: { calls: 60 } }, when: () => true },
  hinted: {
    search: group(1),
    hints(_, again, { progress, random }) {
      const demo = again === undefined ? null : demonstration(again)
      if (demo === null || demo.length < 2) return []
      const share = prefixShare(progress, rounds, random.next())
      return [decode(demo.slice(0, Math.min(demo.length - 1, Math.max(1, Math.floor(share * demo.length)))))]
    },
  },
  rows: (trees, { hinted }) => {
    const of = Map.groupBy(hinted, h => h.name)
    return { policy: trees.flatMap(h => prefixRows(h, of.get(h.name) ?? [])), value: [] }
  },
  policy: {
    losses: [
      { id: 'prefix-rft', options: { share: 0.2 } },
      { id: 'entropy', on: 'policy', weight: 0.001 },
    ],
    epochs: 1,
    rate: 1e-4,
    batch: 64,
  },
}

import type { Random } from '../contract/index.ts'
import { advantages, igpoReplaced, type TuneRow } from '../learn/from-trees.ts'
import { decode, encode } from '../model/seedling/index.ts'
import { answered } from './answers.ts'
import { group, type Harvest, type LoopSpec, successOf } from './spec.ts'

const G = 8
/** lambda G: most failures that are replaced. */
const most = 4

/** The first of the chunks (of 5 to 10 tokens) of a reference: a share of 0.2 to 0.6 of them, one at least. */
export function firstChunks(reference: readonly number[], random: Random): number[] {
  const ends: number[] = []
  for (let at = 0; at < reference.length; ) {
    at = Math.min(reference.length, at + 5 + random.int(6))
    ends.push(at)
  }
  const pinned = Math.max(1, Math.round((0.2 + 0.4 * random.next()) * ends.length))
  return reference.slice(0, ends[pinned - 1])
}
/** A right answer without its last step, which holds what the verifier looks at; null: it has no other. */
function reasoning(h: Harvest): number[] | null {
  const n = h.tree.ends().find(x => h.right(x) === true)
  const steps = n === undefined ? [] : h.teller.steps(n).slice(0, -1)
  return steps.length === 0 ? null : encode(steps.join(' '))
}

/** Rows of one problem: its own group, or, where all of it failed, the same with some failures replaced by successes that began with a hint. */
export function augmented(h: Harvest, hinted: readonly Harvest[], random: Random): TuneRow[] {
  const own = answered(h).filter(x => x.ended)
  const good = hinted.flatMap(answered).filter(x => x.ended && x.reward === 1)
  const replaced = igpoReplaced(
    own.map(x => x.reward),
    good.length,
    most,
  )
  const kept = replaced === 0 ? own : [...random.shuffle(own).slice(replaced), ...good.slice(0, replaced)]
  if (new Set(kept.map(x => x.reward)).size < 2) return []
  const values = advantages(
    kept.map(x => x.reward),
    kept.map(() => h.name),
    { centre: 'group', scale: 'none' },
  )
  return kept.map(({ row, reward }, i): TuneRow => ({ ...row, reward, advantage: values[i], group: h.name, unit: `${h.name} group` }))
}

/**
 * Zhao et al. 2025. Where a whole group fails there is no gradient; hints make some of it succeed.
 *
 * 1. Eight answers. If any is right: an ordinary group.
 * 2. If all are wrong: a search finds a reference; its last step, which has the answer, is left out, the rest cut into chunks, and eight more answers begin with the
 *    first 20 to 60 % of them.
 * 3. Those that succeed replace as many failures, four at most: the group stays as large as it was.
 * 4. Advantages without a deviation; one clipped ratio for each answer; a divergence from the first weights, beta = 0.01.
 * 5. Of a hint's tokens only the fifth that the policy is least sure of carry loss.
 *
 * The paper pins chunks anywhere in a diffusion model's canvas; a model that writes from left to right can only be given the first ones.
 */
export const igpo: LoopSpec = {
  id: 'igpo',
  describe: 'groups of answers; where all fail, some are replaced by ones that went on from a hint',
  paper: { title: 'Inpainting-Guided Policy Optimization for Diffusion Large Language Models', id: 'arXiv:2509.10396', dossier: 'igpo' },
  search: group(G),
  again: { search: { method: 'rest-mcts', knobs: { critic: 'none' }, budget: { calls: 60 } }, when: h => !(successOf(h) > 0) },
  hinted: {
    search: group(1),
    hints(_, again, { random }) {
      const reference = again === undefined ? null : reasoning(again)
      return reference === null ? [] : Array.from({ length: G }, () => decode(firstChunks(reference, random)))
    },
  },
  rows(trees, { hinted, random }) {
    const of = Map.groupBy(hinted, h => h.name)
    return { policy: trees.flatMap(h => augmented(h, of.get(h.name) ?? [], random)), value: [] }
  },
  policy: {
    losses: [
      { id: 'igpo', options: { low: 0.2, high: 0.2, share: 0.2 } },
      { id: 'kl-forward', weight: 0.01 },
    ],
    epochs: 4,
    rate: 1e-4,
    batch: 64,
  },
}

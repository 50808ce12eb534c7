import type { NodeId, Random } from '../contract/index.ts'
import { imitationRows, type TuneRow, taken, textRow } from '../learn/from-trees.ts'
import type { WorldEntry } from '../world/index.ts'
import { type Harvest, type LoopSpec, sampled } from './spec.ts'

/** A way that missed its goal, told as the way to the one it reached. */
export interface Relabelled {
  readonly goal: string
  readonly row: TuneRow
}
/**
 * Every state of a tree that meets another goal than its own is a success of that one: the same way from the start under the new goal, ended where it is met first.
 * Each text once; what has no token is left out.
 */
export function relabelled(h: Pick<Harvest, 'tree' | 'right'>, entry: Pick<WorldEntry, 'world' | 'regoal'>): Relabelled[] {
  const { world, regoal } = entry
  const tokens = world.dialects?.tokens
  if (regoal === undefined || tokens === undefined || world.kind !== 'pure') return []
  const say = (state: unknown): string =>
    tokens
      .render({ state } as never, { for: 'step' })
      .map(m => m.content)
      .join(' ')
  const t = h.tree
  const out = new Map<string, Relabelled>()
  for (const n of taken(t)) {
    const other = h.right(n) === true ? null : regoal(t.state(n))
    if (other === null || world.outcome(other.start) !== null) continue
    let s = other.start
    for (const e of t.path(n as NodeId).slice(1)) {
      s = world.step(s, t.action(e))
      if (world.outcome(s) !== null) break
    }
    const row = world.outcome(s)?.reward === 1 ? textRow(say(other.start), say(s), 'demo') : null
    if (row !== null) out.set(row.tokens.join(' '), { goal: other.goal, row: { ...row, reward: 1 } })
  }
  return [...out.values()]
}
/** At most `most` of one goal, drawn: easy goals would drown the others. */
export function balanced(all: readonly Relabelled[], most: number, random: Random): TuneRow[] {
  return [...Map.groupBy(all, x => x.goal).values()].flatMap(xs =>
    random
      .shuffle(xs)
      .slice(0, most)
      .map(x => x.row),
  )
}

/**
 * Li et al. 2022, active data gathering without demonstrations.
 *
 * 1. Explore with the current policy; a temperature above 1 stands for the random actions that are mixed in.
 * 2. Hindsight: a way that failed is told again under a goal that it did reach, and ends there.
 * 3. What succeeded and what was told again are cloned together; goals are balanced.
 *
 * Goals are another target for the same numbers. The world says which.
 */
export const lidLoop: LoopSpec = {
  id: 'lid',
  describe: 'whole answers; those that fail are relabelled with the goal they reached, and all are imitated',
  paper: { title: 'Pre-Trained Language Models for Interactive Decision-Making', id: 'arXiv:2202.01771', dossier: 'lid' },
  search: sampled(16, { temperature: 1.2 }),
  rows: (trees, { entry, random }) => ({
    policy: [
      ...trees.flatMap(h => imitationRows(h.teller, { top: 4, score: 'reward', as: 'demo', right: h.right })),
      ...balanced(
        trees.flatMap(h => relabelled(h, entry)),
        8,
        random,
      ),
    ],
    value: [],
  }),
  policy: { losses: [{ id: 'sft' }], epochs: 2 },
}

// The experiments of the loops: which loop, from which weights, with which seed. In the order of their importance, so that a grid that is cut short says most.
import type { LoopOptions, Parts } from '../../src/loop/index.ts'

/** One loop with one seed. */
export interface Trial {
  readonly loop: string
  readonly parts: Parts
  readonly model: 'seedling' | 'seedling@draft' | 'seedling@sequence'
  readonly seed: number
}
export const seeds = [1, 2, 3] as const
export const rounds = 3

/** All loops at the same spend. Nothing is decided by what `measured` says: the report's figures are those of `heldOut`. */
export const settings = {
  world: 'game24',
  rounds,
  spend: 6000,
  measured: { problems: 104, split: 'dev', calls: 40 },
} satisfies Partial<LoopOptions>
/** Weights for numbers under constraints, which `espalier train sequence --store DIR` makes first. */
export const worldOf = (t: Trial): string => (t.model === 'seedling@sequence' ? 'sequence' : settings.world)
/** All Game of 24 problems of the test split, or as many of another world's, which has no end of them; the calls of each one's search, and how many answers are drawn. */
export const heldOutBy = { split: 'test', problems: 224, calls: 40, tries: 16 } as const

const each = (model: Trial['model'], loop: string, parts: Parts = 'both'): Trial[] => seeds.map(seed => ({ loop, parts, model, seed }))
const draft = (loop: string): Trial[] => each('seedling@draft', loop)

export const grid: readonly Trial[] = [
  ...['rest-mcts', 'rest-em', 'alphamath', 'mcts-dpo', 'self-rewarding', 'b-star', 'rstar-math'].flatMap(draft),
  ...each('seedling', 'rest-mcts'),
  ...(['policy', 'value'] as const).flatMap(parts => each('seedling', 'rest-mcts', parts)),
  ...(['policy', 'value'] as const).flatMap(parts => each('seedling@draft', 'rest-mcts', parts)),
  ...['lite-ppo', 'hpt', 'treepo', 'chord', 'loop'].flatMap(draft),
  ...each('seedling', 'rest-em'),
  ...['spar', 'rest-em'].flatMap(l => each('seedling@sequence', l)),
  ...['tulu3-rlvr', 'oreo', 'meds3', 'agent-q', 'tp-llama', 'lid', 'itool', 'prefix-rft'].flatMap(draft),
]

export const nameOf = ({ loop, parts, model, seed }: Trial): string => `${loop}-${parts}-${model.replace('seedling@', '')}-${seed}`

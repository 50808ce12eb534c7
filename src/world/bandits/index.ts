// Multi-armed bandits: choosing under uncertainty, where the regret is known.
import type { WorldEntry } from '../entry.ts'
import { marking } from '../marking.ts'
import { gaps, regret } from './machine.ts'
import { type BanditTask, parseTask, showTask, splitOf, tasks } from './task.ts'
import { type Arm, bandits, type State } from './world.ts'

export { gaps as banditGaps, means as banditMeans, payoff as banditPayoff, regret as banditRegret } from './machine.ts'
export type { BanditTask } from './task.ts'
export { type Arm, bandits, type State as BanditState } from './world.ts'

/** How well an answer (pulls of each arm) did: 1 less its share of the worst regret. */
function marked(task: BanditTask, answer: string): { correct: number; note: string } {
  const counts = String(answer).trim().split(/\s+/).map(Number)
  const pulls = counts.reduce((a, n) => a + n, 0)
  if (counts.length !== task.arms || counts.some(n => !Number.isInteger(n) || n < 0) || pulls !== task.pulls)
    return {
      correct: 0,
      note: `expected how often each of ${task.arms} arms was pulled, ${task.pulls} pulls in all, found "${String(answer).slice(0, 60)}"`,
    }
  const lost = regret(task, counts)
  const worst = task.pulls * Math.max(...gaps(task))
  return { correct: worst > 0 ? 1 - lost / worst : 1, note: `regret ${lost.toFixed(2)} of at most ${worst.toFixed(2)}` }
}

export const banditsEntry: WorldEntry<State, Arm, string, BanditTask> = {
  world: bandits,
  describe: 'Pull the arms of a bandit machine so that it pays the most; graded by regret',
  grains: ['step'],
  examples: ['bernoulli arms=5 pulls=20 seed=7', 'gaussian arms=3 pulls=30 gap=0.5 seed=2'],
  parseTask,
  showTask,
  tasks,
  splitOf,
  ...marking('bandits', marked),
}

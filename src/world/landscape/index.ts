// Functions to be maximised over a box.
import type { Key, Split } from '../../contract/index.ts'
import type { WorldEntry } from '../entry.ts'
import { seal, unseal } from '../seal.ts'
import { height, type LandscapeTask } from './surface.ts'
import { parseTask, showTask, splitOf, tasks } from './task.ts'
import { landscape, type State } from './world.ts'

export { bound, height, type LandscapeTask, optimum, turned } from './surface.ts'
export { landscape, type State as LandscapeState } from './world.ts'

export const landscapeWorld: WorldEntry<State, readonly number[], readonly number[], LandscapeTask> = {
  world: landscape as WorldEntry<State, readonly number[], readonly number[], LandscapeTask>['world'],
  describe: 'Find the highest point of a hilly function of a few variables; every point is an answer',
  grains: ['step', 'attempt'],
  examples: ['rastrigin 2', 'ackley 5 3'],
  parseTask,
  showTask,
  tasks,
  splitOf,
  item: (task, split) => seal(task, task, split),
  grader: split => ({
    id: `landscape/${split}`,
    async grade(answer, key) {
      const task = unseal(key as Key<Split>, split) as LandscapeTask
      if (answer === undefined) return { correct: 0, note: 'no answer' }
      const h = height(task, answer)
      return { correct: h >= 1 ? 1 : 0, note: `height ${h.toFixed(4)}` }
    },
  }),
}

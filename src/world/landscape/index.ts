// Functions to be maximised over a box.
import type { WorldEntry } from '../entry.ts'
import { marking } from '../marking.ts'
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
  ...marking('landscape', (task: LandscapeTask, answer: readonly number[]) => {
    const h = height(task, answer)
    return { correct: h >= 1 ? 1 : 0, note: `height ${h.toFixed(4)}` }
  }),
}

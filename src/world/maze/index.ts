// A robot in a maze.
import type { WorldEntry } from '../entry.ts'
import { marking } from '../marking.ts'
import type { MazeTask } from './arena.ts'
import { parseTask, showTask, splitOf, tasks } from './task.ts'
import { maze, rewardOf, type State } from './world.ts'

export { type Arena, arena, type MazeTask, type Region } from './arena.ts'
export { parameters as mazeParameters, walk } from './robot.ts'
export { maze, type State as MazeState } from './world.ts'

export const mazeWorld: WorldEntry<State, readonly number[], readonly number[], MazeTask> = {
  world: maze as WorldEntry<State, readonly number[], readonly number[], MazeTask>['world'],
  describe: 'Drive a robot through a maze with a controller of twenty numbers; the straight way is a dead end',
  grains: ['step', 'attempt'],
  examples: ['deceptive', 'regions 3'],
  parseTask,
  showTask,
  tasks,
  splitOf,
  ...marking('maze', (task: MazeTask, answer: readonly number[]) => {
    const r = rewardOf(task, answer)
    return { correct: r >= 1 ? 1 : 0, note: `reward ${r.toFixed(4)}` }
  }),
}

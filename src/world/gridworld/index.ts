// A text gridworld with rooms, keys, locked doors and lava.
import type { WorldEntry } from '../entry.ts'
import { marking } from '../marking.ts'
import type { Move, State } from './grid.ts'
import { type GridTask, parseTask, showTask, splitOf, tasks } from './task.ts'
import { checkMoves, gridworld } from './world.ts'

export {
  distance as gridDistance,
  type Grid,
  legal as legalGridMoves,
  type Move as GridMove,
  moves as gridMoves,
  type State as GridState,
} from './grid.ts'
export {
  fewestMoves,
  type GridTask,
  type GridWish,
  gridOf,
  parseTask as parseGridTask,
  showTask as showGridTask,
  tasks as gridTasks,
} from './task.ts'
export { checkMoves, gridworld } from './world.ts'

export const gridworldEntry: WorldEntry<State, Move, string, GridTask> = {
  world: gridworld,
  describe: 'Find the way to a goal through rooms with keys, locked doors and lava',
  grains: ['step'],
  examples: ['rooms=4 size=3 doors=1 seed=7', '#######/#@a#..#/#..A..#/#..#.G#/####### steps=14'],
  parseTask,
  showTask,
  tasks,
  splitOf,
  ...marking('gridworld', (task: GridTask, answer: string) => checkMoves(task, String(answer))),
}

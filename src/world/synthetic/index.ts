// A synthetic reasoning tree: everything about it is known, so that searches can be tested against the truth.
import type { Split } from '../../contract/index.ts'
import { chain, mix } from '../../kernel/hash.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import type { Named, Wish, WorldEntry } from '../entry.ts'
import { grading } from '../marking.ts'
import { seal } from '../seal.ts'
import type { State } from './prompt.ts'
import { parseTask, showTask, type TreeTask, type TreeTaskInput } from './task.ts'
import { truthOf } from './truth.ts'
import { type Action, syntheticTree } from './world.ts'

export { type TreeModel, treeModel } from './model.ts'
export type { CriticNoise } from './noise.ts'
export type { State as TreeState } from './prompt.ts'
export { parseTask as parseTree, showTask as showTree, type TreeTask, type TreeTaskInput } from './task.ts'
export { type Path as TreePath, Truth, truthOf } from './truth.ts'
export { type Action as TreeAction, syntheticTree } from './world.ts'

/** 70 % train, 15 % dev, 15 % test, by the seed: every shape has all three. */
function splitOf(task: TreeTaskInput): Split {
  const share = mix(parseTask(task).seed, 0x5911) % 100
  return share < 70 ? 'train' : share < 85 ? 'dev' : 'test'
}

/** Trees of one shape with seeds of their own. `size`: the depth. `shape`: other parameters. */
export function tasks(w: Wish & { shape?: Omit<Partial<TreeTask>, 'seed'> }): Named<TreeTask>[] {
  const { split = 'all', n, seed = 0, size, shape } = w
  const { hi, lo } = chain(0, 0, `synthetic-tree ${split}`)
  const r = new AddressedRandom(seed, hi, lo, 'tasks')
  const out = new Map<string, TreeTask>()
  while (out.size < n) {
    const task = parseTask({ ...shape, ...(size === undefined ? {} : { depth: size }), seed: r.int(2 ** 31) })
    if (split === 'all' || splitOf(task) === split) out.set(`synthetic-tree/${showTask(task)}`, task)
  }
  const named = [...out].map(([id, task]) => ({ id, task }))
  const share = ({ task }: Named<TreeTask>): number => truthOf(task).success([])
  return w.order === 'difficulty' ? named.sort((a, b) => share(b) - share(a)) : named
}

export const syntheticWorld: WorldEntry<State, Action, string, TreeTask> = {
  world: syntheticTree,
  describe: 'A tree with planted solutions and a known optimum, for tests of searches and studies of critic noise',
  grains: ['step', 'attempt'],
  examples: ['branching=4,depth=8,density=0.02,seed=3', 'branching=3,depth=20,pivots=5,seed=1'],
  parseTask,
  showTask,
  tasks,
  splitOf,
  item: (task, split) => seal(parseTask(task), parseTask(task), split),
  grader: grading('synthetic-tree', (task: TreeTask, answer: string) => ({ correct: truthOf(task).right(answer) ? 1 : 0 })),
}

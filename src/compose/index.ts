// Compositions over a Search that several methods share.
export { appraiser, distinctStates, stateOf } from './appraise.ts'
export { attemptRounds, attempts } from './attempts.ts'
export { dive } from './dive.ts'
export { finish } from './finish.ts'
export { type Drawn, type Growth, growth } from './growth.ts'
export { Pending } from './pending.ts'
export { rollout } from './rollout.ts'
export { type Startable, TaskDag } from './task-dag.ts'

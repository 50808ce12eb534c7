// Compositions over a Search that several methods share.

export { mostVisited } from '../kernel/index.ts'
export { appraiser, distinctStates, stateOf } from './appraise.ts'
export { attemptRounds, attempts } from './attempts.ts'
export { ballots, tally } from './ballots.ts'
export { dive } from './dive.ts'
export { finish } from './finish.ts'
export { type Drawn, type Growth, growth, growthKnobs } from './growth.ts'
export { paced } from './pace.ts'
export { Pending } from './pending.ts'
export { familiarity, type PlanMemory, planMemory, relativePosition, type WrittenPlan } from './plan-memory.ts'
export { rollout } from './rollout.ts'
export { type Startable, TaskDag } from './task-dag.ts'

// Worlds that are problems of shortest paths.
export type { Domain } from './domain.ts'
export { type PathAction, type PathPlace, type PathState, type PathTask, type PathWorld, pathWorld, planText } from './world.ts'

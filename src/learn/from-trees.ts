// What learning loops make of trees. Nothing here trains, so that a list of loops loads no arrays.
export * from './data/index.ts'
export * from './loss/index.ts'
export { type StepPair, stepPairs } from './step-pairs.ts'
export type { LossPlan } from './tune/objective.ts'
export type { TuneRow, Verdict } from './tune/row.ts'
export * from './tune/trees.ts'

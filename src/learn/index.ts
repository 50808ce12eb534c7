export * from './data/index.ts'
export { toParquet } from './data/parquet.ts'
export * from './loss/index.ts'
export {
  type Card,
  type Curves,
  cardText,
  draftPlan,
  evaluateCritic,
  evaluatePuzzles,
  lastStep,
  liveAt,
  type MakeOptions,
  makeSeedling,
  type Plan,
  readCard,
  rowLength,
  seedlingPlan,
  seedlingStages,
  type TrainDevice,
  type TrainEvent,
  Trainer,
  type TrainOptions,
  trainDevices,
  trainOn,
  trainSeedling,
} from './seedling/index.ts'
export * from './sequence/index.ts'
export { type StepPair, stepPairs } from './step-pairs.ts'
export * from './trace/index.ts'
export * from './tune/index.ts'

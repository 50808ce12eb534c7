export * from './job.ts'
export * from './objective.ts'
export { passesOf } from './pack.ts'
export * from './row.ts'
export { tuneRate } from './schedule.ts'
export {
  type GroupAdvantage,
  type GroupTree,
  groupRows,
  imitationRows,
  pairRows,
  stepPairRows,
  type VerdictOptions,
  verdictRows,
} from './trees.ts'
export * from './tune.ts'
export { readData, rowsFor, type Wanted, type WantedOptions, wantedBy } from './wanted.ts'

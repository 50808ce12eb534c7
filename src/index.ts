// The library: import { solve, methods, worlds } from 'espalier'. Parts of their own have doors of their own: espalier/kernel, /methods, /worlds, /loops, ...
export type * from './contract/index.ts'
export {
  average,
  betaPosterior,
  bootstrap,
  Failure,
  type FailureCode,
  FlatTree,
  holm,
  type Interval,
  mcnemar,
  paired,
  passAtK,
  wilson,
} from './kernel/index.ts'
export { methodIds, methods } from './method/index.ts'
export { createModel, modelKinds, parseModel, type Scripted, type Simulated, scripted, simulated } from './model/index.ts'
export { createReward, defaultValue } from './reward/index.ts'
export {
  type CompareEvent,
  type CompareOptions,
  type ComparePlan,
  type Comparing,
  type Comparison,
  type Contestant,
  compare,
  comparePlan,
  comparisonPlot,
  comparisonTable,
  type Evidence,
  type Exported,
  type ExportOptions,
  evidence,
  exportRuns,
  frameOf,
  methodNamed,
  type Plan,
  type Replayed,
  type Row,
  readComparison,
  replay,
  resumeComparison,
  type SolveOptions,
  solve,
  type WhatIf,
  whatIf,
} from './run/index.ts'
export { type Event, type EventData, type EventKind, method, need, person, type Run } from './runtime/index.ts'
export { openStore, type RunMeta, type Store, storeFolder } from './store/index.ts'
export { countdown, game24, readTasks, type WorldEntry, worldIds, worldNamed, worlds } from './world/index.ts'

export {
  type CellResult,
  type Common,
  type CompareEvent,
  type CompareEventData,
  type CompareItem,
  type CompareOptions,
  type Comparing,
  type Comparison,
  type Contestant,
  compare,
  comparisonId,
  readComparison,
} from './compare.ts'
export { type ComparePlan, comparePlan, resumeComparison } from './compare-plan.ts'
export { comparisonPlot } from './compare-plot.ts'
export type { Row, Versus } from './compare-statistics.ts'
export { comparisonTable } from './compare-table.ts'
export { type Evidence, evidence } from './evidence.ts'
export { frameOf, loadPart, methodNamed, type Plan, type Planned, worldEntry } from './plan.ts'
export { type Replayed, recorded, replay, type WhatIf, whatIf } from './replay.ts'
export { contractVersion, type SolveOptions, solve } from './solve.ts'

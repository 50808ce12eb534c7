export { type Evidence, evidence } from './evidence.ts'
export { frameOf, loadPart, methodNamed, type Plan, type Planned, worldEntry } from './plan.ts'
export { type Replayed, recorded, replay, type WhatIf, whatIf } from './replay.ts'
export { contractVersion, type SolveOptions, solve } from './solve.ts'

export { brief } from './brief.ts'
export { type Clock, realClock, virtualClock } from './clock.ts'
export { Place } from './context.ts'
export { Engine, type EngineOptions, requestHash } from './engine.ts'
export { Divergence, EffectError, StrayWait } from './errors.ts'
export type { Event, EventData, EventKind } from './events.ts'
export { Gate, type GateReport } from './gate.ts'
export type { Shared } from './home.ts'
export {
  type Act,
  type ActRecord,
  type DoneRecord,
  type Journal,
  type JournalRecord,
  MemoryJournal,
  noJournal,
  type OpenRecord,
  type SessionRecord,
  type Status,
  type Turn,
} from './journal.ts'
export { Ledger } from './ledger.ts'
export { type Reservation, Scope } from './meter.ts'
export { bestAnswer, knobDetail, method, need, neededFor, person, settleKnobs } from './method.ts'
export { asRoles, bounded, priced } from './model.ts'
export { modelPolicy } from './policy.ts'
export { type Handling, type Job, type Known, Party, type Tap } from './request.ts'
export { checkFrame, defaultConcurrency, type Run, type RunReport, type RunSetup, run } from './run.ts'
export { RunningSearch } from './search.ts'
export { Drift, Sessions } from './sessions.ts'
export { modelCall, toolCall, tracer } from './telemetry.ts'

// Learning loops: their list, and what runs them.
export { loopFile, loopNamed, loops } from './catalogue.ts'
export {
  type LoopEvent,
  type LoopOptions,
  type LoopPlan,
  type LoopResult,
  loop,
  loopFolder,
  loopPlan,
  type Parts,
  quickPlan,
  type Round,
} from './loop.ts'
export { type Measured, measuring } from './measure.ts'
export { loopPlot, loopReport } from './report.ts'
export { type Beliefs, believed, byMopps } from './select.ts'
export { type Harvest, type LoopRows, type LoopSearch, type LoopSpec, type RoundContext, sampled, successOf } from './spec.ts'
export { cancelRemote, type RemoteLesson, type RemoteLessonEvent, type RemoteOptions, readRemote, tuneRemote } from './tune-remote.ts'
export { type Lesson, type LessonEvent, type LessonOptions, type LessonPlan, lessonPlan, type Ranked, tuneRuns } from './tune-runs.ts'

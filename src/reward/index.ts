export { bestOfK, effectiveReward, type Progress } from './advantage.ts'
export { listwiseReward, pairwiseReward } from './anchored.ts'
export {
  applyCalibration,
  type Bin,
  brier,
  type Calibration,
  calibrated,
  ece,
  isotonic,
  type Judged,
  platt,
  reliability,
} from './calibration.ts'
export { type CheckOptions, type JudgeReport, judgeCheck, judgeTable, type Labelled, readLabelled } from './check.ts'
export { combine, gate, type Stage } from './combine.ts'
export { splitWords } from './command.ts'
export { bandPass, type CuriosityOptions, curiosity, trimmedMean } from './curiosity.ts'
export { choiceIn, type DebateOptions, debate } from './debate.ts'
export { exact } from './exact.ts'
export { type ExplorationOptions, episodicNovelty, exploration, remembered } from './exploration.ts'
export { graded } from './graded.ts'
export { type JudgeOptions, judge } from './judge.ts'
export { asReward, labelIn, labels, plainScale, type Scale } from './labels.ts'
export { type ListwiseOptions, listwise, marksIn } from './listwise.ts'
export { markIn, type Span } from './mark.ts'
export { marks } from './marks.ts'
export { Normaliser } from './normaliser.ts'
export { features, Novelty, type NoveltyOptions, novelty } from './novelty.ts'
export { likelihood, selfCertainty, votes } from './own.ts'
export { type Duel, duel, type PairwiseOptions, pairwise, strengths } from './pairwise.ts'
export { type ProcessOptions, processReward, stepsIn } from './process.ts'
export { residual } from './residual.ts'
export { calibrateSlates, type Slate } from './slates.ts'
export { createReward, defaultValue, parseReward, type RewardContext, scaleOf } from './spec.ts'
export { type Verdict, verifier, verify } from './verify.ts'

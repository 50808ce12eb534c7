// A claim: one small experiment that checks what a paper says, and the verdict that its figures give.
import type { Frame, Paper, Random, RunResult, Usage } from '../contract/index.ts'
import type { Interval } from '../kernel/index.ts'
import type { RunSetup } from '../runtime/index.ts'

/** One experiment a paper: a file `claims/<id>.ts` that exports it as `claim`. */
export interface Claim {
  /** Of the paper in the catalogue; the file's name. */
  readonly id: string
  readonly paper: Paper
  /** Ids of the methods, worlds, losses or other parts for which it is evidence. */
  readonly evidence: readonly string[]
  /** What the paper says, in a sentence. */
  readonly claim: string
  /** What this experiment expects, in a sentence that was written before it was run. */
  readonly hypothesis: string
  /** What every arm may spend on an item, on average, and in what: a unit of a budget, or a word such as `evaluations`. */
  readonly equal: { readonly unit: string; readonly budget: number }
  run(lab: Lab): Promise<{ arms: readonly Arm[]; findings: readonly Finding[]; notes?: readonly string[] }>
}

/** What an experiment works with. Its numbers follow from the seed alone. */
export interface Lab {
  /** A smoke: everything runs once, in small. */
  readonly quick: boolean
  readonly seed: number
  random(...key: (string | number)[]): Random
  /** The first in full, the second in a smoke. */
  pick<T>(full: T, quick: T): T
  /** Progress, for whoever waits. */
  say(text: string): void
  /** A search without a journal. What it spends is added to what the claim cost. Concurrency 8 unless set. */
  run<S, A, Ans, T>(frame: Frame<S, A, Ans, T>, task: T, o?: RunSetup): Promise<RunResult<S, A, Ans>>
  /** Adds what was spent outside of runs to what the claim cost. */
  spend(u: Partial<Usage>): void
  /**
   * A measured thing. The interval is Wilson's where all values are 0 or 1, else a bootstrap's.
   * @param values a number an item; the same items in the same order in every arm that is compared by pairs
   * @param o.spent mean spend an item in the claim's unit @param o.budget where it is another than the claim's: an arm at another point of a curve
   */
  arm(name: string, values: readonly number[], o: { spent: number; budget?: number; unit?: string }): Arm
  /** Mean difference a - b over the same items, with its bootstrap interval, against a threshold. */
  paired(says: string, a: Arm, b: Arm, o: Threshold): Finding
  /** Any other statistic with its interval. */
  finding(says: string, o: { effect: number; interval: Interval } & Threshold): Finding
}

/** Beyond what an effect counts as there. `least`: the smallest distance from it that would matter to anybody; short of that it is refuted. */
export type Threshold = ({ above: number; below?: undefined } | { below: number; above?: undefined }) & {
  least?: number
  /** false: told beside the verdict, and no part of it. */
  counts?: boolean
}

/** One of the things compared. */
export interface Arm {
  readonly name: string
  /** Of the values: `solved`, `reward`, ... */
  readonly unit: string
  readonly n: number
  readonly mean: number
  readonly interval: Interval
  /** Mean spend an item. */
  readonly spent: number
  readonly budget: number
  /** An item each; not kept with the result. */
  readonly values?: readonly number[]
}
export type Verdict = 'reproduced' | 'not reproduced' | 'inconclusive'
/** What the figures say about one statement. */
export interface Finding {
  readonly says: string
  readonly effect: number
  readonly interval: Interval
  readonly side: 'above' | 'below'
  readonly threshold: number
  readonly least: number
  readonly counts: boolean
  readonly verdict: Verdict
}

/** A claim's latest result: `claims/results/<id>.json`. `effect` and `interval` are those of its first finding. */
export interface ClaimResult {
  readonly schema: 1
  readonly id: string
  readonly paper: Paper
  readonly evidence: readonly string[]
  readonly claim: string
  readonly hypothesis: string
  readonly verdict: Verdict
  readonly effect: number
  readonly interval: Interval
  readonly equal: Claim['equal']
  readonly findings: readonly Finding[]
  readonly arms: readonly Omit<Arm, 'values'>[]
  readonly notes: readonly string[]
  readonly spend: Partial<Usage>
  /** Of the whole experiment. */
  readonly seconds: number
  readonly seed: number
  /** A smoke: too small to mean anything, and never kept. */
  readonly quick: boolean
  readonly machine: string
  /** Day, in UTC. */
  readonly date: string
}

/**
 * Beyond the threshold with its whole interval: reproduced. Short of threshold + least with its whole interval: not. Else nobody knows.
 * A figure that is no number says nothing.
 */
export function verdictOf(interval: Interval, side: 'above' | 'below', threshold: number, least: number): Verdict {
  const [low, high] = side === 'above' ? interval : [-interval[1], -interval[0]]
  const bar = side === 'above' ? threshold : -threshold
  if (low > bar) return 'reproduced'
  return high < bar + least || high <= bar ? 'not reproduced' : 'inconclusive'
}

/** All that counts must hold: no correction for their number is needed. */
export function overall(findings: readonly Finding[]): Verdict {
  const counting = findings.filter(f => f.counts)
  if (counting.length === 0) return 'inconclusive'
  if (counting.some(f => f.verdict === 'not reproduced')) return 'not reproduced'
  return counting.every(f => f.verdict === 'reproduced') ? 'reproduced' : 'inconclusive'
}

/** The finding that a verdict rests on: of those that count the first that has it. */
export const deciding = (r: Pick<ClaimResult, 'findings' | 'verdict'>): Finding =>
  r.findings.find(f => f.counts && f.verdict === r.verdict) ?? r.findings[0]

// What a loop changed, over problems and seeds: means with bootstrap intervals, and p values of differences.
import { AddressedRandom, average, type Interval, quantile } from '../../src/kernel/index.ts'

/** One number for each seed and problem: the same problems for all seeds. */
export type Scores = readonly (readonly number[])[]
export interface Change {
  readonly mean: number
  readonly interval: Interval
  /** Two-sided: twice the share of replicates on the far side of 0. */
  readonly p: number
}
export const times = 4000

/**
 * Mean over seeds and problems. Seeds and problems are drawn anew in each replicate, independently of each other, since either could have been others; with
 * three seeds an interval is still somewhat narrow.
 */
export function over(x: Scores): Change {
  const problems = x[0].length
  if (x.some(row => row.length !== problems)) throw new RangeError('over: expected the same problems for every seed')
  const random = new AddressedRandom(1, problems, x.length, 'loops report')
  const replicates = new Float64Array(times)
  const total = new Float64Array(problems)
  for (let b = 0; b < times; b++) {
    total.fill(0)
    for (let s = 0; s < x.length; s++) {
      const row = x[random.int(x.length)]
      for (let i = 0; i < problems; i++) total[i] += row[i]
    }
    let sum = 0
    for (let i = 0; i < problems; i++) sum += total[random.int(problems)]
    replicates[b] = sum / (problems * x.length)
  }
  replicates.sort()
  const [below, above] = [replicates.filter(r => r <= 0).length, replicates.filter(r => r >= 0).length]
  return {
    mean: average(x.map(average)),
    interval: [quantile(replicates, 0.025), quantile(replicates, 0.975)],
    p: Math.min(1, (2 * (1 + Math.min(below, above))) / (1 + times)),
  }
}

/** a - b, seed by seed and problem by problem. */
export const minus = (a: Scores, b: Scores): Scores => a.map((row, s) => row.map((v, i) => v - b[s][i]))

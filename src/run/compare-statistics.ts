// From graded cells to rows: rates with intervals, differences to best-of-n, and how sure they are.
import type { Limits, Usage } from '../contract/index.ts'
import { AddressedRandom, average, bootstraps, holm, type Interval, mcnemar, measures, signFlip, wilson } from '../kernel/index.ts'
import type { CellRecord } from './compare-cell.ts'

/** A graded cell, or one that failed (no record). */
export interface Cell {
  /** Numbers of its method, item and seed, from 0. */
  method: number
  item: number
  seed: number
  record: CellRecord | null
}

/** A method against another on the same items. */
export interface Versus {
  /** Rate of this method less that of the other, over the items that both have. */
  difference: number
  /**
   * Of the difference: bootstrap over items (BCa), so that seeds of one item count together. All such intervals of a comparison hold together with 95 %
   * (Bonferroni: each at 1 - 5 % / their number).
   */
  interval: Interval
  /** The same at 95 % by itself. */
  intervalAlone: Interval
  /** Chance of such a difference if there were none, corrected (Holm) for the number of methods compared. */
  p: number
  /** The same without the correction. */
  pAlone: number
  /** Items on which this one was better, and worse. */
  better: number
  worse: number
}
export interface Row {
  method: string
  /** Mean over items of the mean over seeds. */
  rate: number
  /** Wilson's, on the effective number of trials where an item was tried with several seeds; all of a comparison hold together with 95 %. */
  interval: Interval
  /** The same at 95 % by itself. */
  intervalAlone: Interval
  /** null: it is the baseline, or there is none. */
  versusBestOfN: Versus | null
  /** Mean for a cell. */
  spent: Usage
  /** Share of the paid calls that entered the tree. */
  yield: number
  grain: 'step' | 'attempt' | 'both' | null
  /** Cells finished, failed, and over a limit (a provider exceeded the maximum that it declared). */
  cells: number
  errors: number
  over: number
  /** Share of the cells in which the best answer so far was right when this much had been spent. */
  curve: { spent: number; rate: number; interval: Interval }[]
}

/** Chance that an interval of a table misses. */
const error = 0.05
const units = measures.filter(m => m !== 'tokens')

/** Spend in a unit of limits; an unknown price counts as nothing. */
export const spentIn = (u: Usage, unit: keyof Limits): number =>
  unit === 'tokens' ? u.inputTokens + u.outputTokens : ((u[unit as keyof Usage] as number | null) ?? 0)

/** The unit in which a comparison is drawn: the first of these that is limited. */
export const unitOf = (budget: Limits): keyof Limits | undefined =>
  (
    [
      'calls',
      'tokens',
      'outputTokens',
      'usd',
      'requests',
      'seconds',
      'workingSeconds',
      'steps',
      'toolCalls',
      'nodes',
      'inputTokens',
    ] as const
  ).find(unit => budget[unit] !== undefined)

/** Sums or means of usage; usd is null as soon as one is. */
export function meanUsage(all: readonly Usage[], of: number = all.length): Usage {
  const out = {} as Record<(typeof units)[number], number | null>
  for (const unit of units) {
    const xs = all.map(u => u[unit])
    out[unit] = xs.some(x => x === null) ? null : xs.reduce<number>((sum, x) => sum + (x as number), 0) / Math.max(1, of)
  }
  return out as unknown as Usage
}

/**
 * A rate and its interval from clustered trials. Trials of one item resemble each other, so n of them say less than n: Wilson's interval is taken on
 * n / deff trials, where deff compares the variance between items with that of independent trials (Kish 1965; Dean and Pagano 2015 find Wilson's to
 * cover best so). It lies between one and the number of trials an item: seeds never make an interval wider than one seed would.
 * @param clusters results of the trials of each item, each from 0 to 1
 */
export function clusteredRate(clusters: readonly (readonly number[])[], level = 0.95): { rate: number; interval: Interval } {
  const known = clusters.filter(c => c.length > 0)
  const trials = known.reduce((n, c) => n + c.length, 0)
  if (trials === 0) return { rate: Number.NaN, interval: [0, 1] }
  const means = known.map(average)
  const rate = average(means)
  const m = known.length
  const between = m < 2 ? 0 : means.reduce((s, x) => s + (x - rate) ** 2, 0) / (m - 1)
  const effective = between > 0 ? Math.min(trials, Math.max(m, (rate * (1 - rate) * m) / between)) : m
  return { rate, interval: wilson(rate * effective, effective, level) }
}

/** Results of one method: for each item the grades of its seeds. Cells that failed are missing. */
const byItem = (cells: readonly Cell[], method: number, items: number, read: (r: CellRecord) => number): number[][] => {
  const out: number[][] = Array.from({ length: items }, () => [])
  for (const c of cells) if (c.method === method && c.record !== null) out[c.item].push(read(c.record))
  return out
}

/** The grade of the best answer so far when so much had been spent. */
export function gradeAt(r: Pick<CellRecord, 'curve'>, spent: number): number {
  let grade = 0
  for (const [from, correct] of r.curve) {
    if (from > spent) break
    grade = correct
  }
  return grade
}

/** Some twenty places from 0 to the limit, closer together at the beginning. */
export function checkpoints(limit: number, whole: boolean): number[] {
  const out = new Set<number>()
  for (let i = 0; i <= 24; i++) {
    const x = limit * (i / 24) ** 1.7
    out.add(whole ? Math.round(x) : x)
  }
  return [...out]
}

/**
 * @param o.baseline number of the method that the others are compared with; null: none
 * @param o.seed of the bootstrap and the sign-flip test: the same cells give the same rows
 */
export function rows(
  cells: readonly Cell[],
  o: { methods: readonly string[]; items: number; baseline: number | null; budget: Limits; seed?: number; times?: number },
): Row[] {
  const unit = unitOf(o.budget) ?? 'calls'
  const places = checkpoints(o.budget[unit] ?? 1, !['usd', 'seconds', 'workingSeconds'].includes(unit))
  const rivals = o.methods.filter((_, i) => o.baseline !== null && i !== o.baseline).length
  const against = o.methods.map((_, i) => (o.baseline === null || i === o.baseline ? null : versus(cells, i, o.baseline, rivals, o)))
  const corrected = holm(against.filter(v => v !== null).map(v => v.pAlone))
  let next = 0
  return o.methods.map((method, i): Row => {
    const mine = cells.filter(c => c.method === i)
    const records = mine.flatMap(c => (c.record === null ? [] : [c.record]))
    const v = against[i]
    const graded = byItem(cells, i, o.items, r => r.correct)
    const grains = new Set(records.map(r => r.grain).filter(g => g !== null))
    return {
      method,
      ...clusteredRate(graded, 1 - error / o.methods.length),
      intervalAlone: clusteredRate(graded).interval,
      versusBestOfN: v === null ? null : { ...v, p: corrected[next++] },
      spent: meanUsage(records.map(r => r.spent)),
      yield: average(records.map(r => r.yield)),
      grain: grains.size === 0 ? null : grains.size === 1 ? [...grains][0] : 'both',
      cells: records.length,
      errors: mine.length - records.length,
      over: records.filter(r => (Object.keys(o.budget) as (keyof Limits)[]).some(u => spentIn(r.spent, u) > o.budget[u]! * (1 + 1e-9)))
        .length,
      curve:
        records.length === 0 ? [] : places.map(spent => ({ spent, ...clusteredRate(byItem(cells, i, o.items, r => gradeAt(r, spent))) })),
    }
  })
}

/** Paired by item; where an item has several seeds, its mean over those that both methods have. @param family how many such comparisons there are */
function versus(cells: readonly Cell[], a: number, b: number, family: number, o: { items: number; seed?: number; times?: number }): Versus {
  const grade = new Map(cells.flatMap(c => (c.record === null ? [] : [[`${c.method} ${c.item} ${c.seed}`, c.record.correct] as const])))
  const seeds = [...new Set(cells.map(c => c.seed))]
  const mine: number[] = []
  const other: number[] = []
  for (let item = 0; item < o.items; item++) {
    const both = seeds.flatMap(s => {
      const [x, y] = [grade.get(`${a} ${item} ${s}`), grade.get(`${b} ${item} ${s}`)]
      return x === undefined || y === undefined ? [] : [[x, y] as const]
    })
    if (both.length === 0) continue
    mine.push(average(both.map(x => x[0])))
    other.push(average(both.map(x => x[1])))
  }
  const better = mine.filter((x, i) => x > other[i]).length
  const worse = mine.filter((x, i) => x < other[i]).length
  if (mine.length === 0) return { difference: Number.NaN, interval: [-1, 1], intervalAlone: [-1, 1], p: 1, pAlone: 1, better, worse }
  const differences = mine.map((x, i) => x - other[i])
  const difference = average(differences)
  const rng = (what: string) => new AddressedRandom(o.seed ?? 1, a, b, what)
  // The tails of many intervals are thin, and each needs replicates of its own.
  const { times = Math.max(10_000, 400 * family) } = o
  const levels = [1 - error / family, 1 - error]
  const [together, single] = bootstraps(differences, average, rng('comparison'), { times, levels })
  const binary = [...mine, ...other].every(x => x === 0 || x === 1)
  const alike = differences.every(d => d === differences[0])
  // Where all items differ alike, a bootstrap would claim to be certain; so many of a kind still leave room for others (rule of three).
  const sure = (found: Interval, of: number): Interval => {
    const room = (3 * Math.log(error / of)) / Math.log(error) / mine.length
    return alike ? [Math.max(-1, difference - room), Math.min(1, difference + room)] : found
  }
  const alone = binary ? mcnemar(better, worse) : signFlip(differences, rng('flips'), { times: Math.min(times, 10_000) })
  return { difference, interval: sure(together, family), intervalAlone: sure(single, 1), p: alone, pAlone: alone, better, worse }
}

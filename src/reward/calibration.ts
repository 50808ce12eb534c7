// Is a judge's 0.8 right four times in five? Measured against labels, and mended.
import type { Assessment, Reward } from '../contract/index.ts'
import { Failure } from '../kernel/failure.ts'

/** A judge's value and the truth, both in [0, 1]. */
export interface Judged {
  readonly value: number
  readonly label: number
}
/** Values between `low` and `high`: how many, their mean, and the mean of their labels. */
export interface Bin {
  readonly low: number
  readonly high: number
  readonly count: number
  readonly mean: number
  readonly label: number
}

const clamp = (x: number): number => Math.min(1, Math.max(0, x))

/** Bins of equal width over [0, 1], for a reliability diagram; empty ones have NaN. Values outside count at the ends, unknown ones not at all. */
export function reliability(xs: readonly Judged[], count = 10): Bin[] {
  return Array.from({ length: count }, (_, b) => {
    const mine = xs.filter(x => Math.min(count - 1, Math.floor(clamp(x.value) * count)) === b)
    const mean = (f: (x: Judged) => number): number => mine.reduce((a, x) => a + f(x), 0) / mine.length
    return { low: b / count, high: (b + 1) / count, count: mine.length, mean: mean(x => clamp(x.value)), label: mean(x => x.label) }
  })
}

/** Expected calibration error: mean distance of value and label over the bins, by their counts (Naeini et al. 2015). NaN without any. */
export function ece(xs: readonly Judged[], count = 10): number {
  const known = xs.filter(x => !Number.isNaN(x.value))
  return reliability(known, count).reduce(
    (a, b) => a + (b.count === 0 ? 0 : (b.count * Math.abs(b.mean - b.label)) / known.length),
    known.length === 0 ? Number.NaN : 0,
  )
}
/** Mean squared distance of value and label. */
export const brier = (xs: readonly Judged[]): number => xs.reduce((a, x) => a + (x.value - x.label) ** 2, 0) / xs.length

/** What turns a judge's value into a probability. Plain data: it can be written down and applied elsewhere. */
export type Calibration =
  | { readonly kind: 'platt'; readonly a: number; readonly b: number }
  | { readonly kind: 'isotonic'; readonly at: readonly number[]; readonly to: readonly number[] }

/** @returns a probability; NaN stays NaN */
export function applyCalibration(c: Calibration, x: number): number {
  if (Number.isNaN(x)) return x
  if (c.kind === 'platt') return 1 / (1 + Math.exp(-(c.a * x + c.b)))
  const { at, to } = c
  if (at.length === 0) return clamp(x)
  if (x <= at[0]) return to[0]
  for (let i = 1; i < at.length; i++) if (x <= at[i]) return to[i - 1] + ((x - at[i - 1]) / (at[i] - at[i - 1])) * (to[i] - to[i - 1])
  return to[to.length - 1]
}

/**
 * Platt's sigmoid (Platt 1999): label ~ 1 / (1 + exp(-(a x + b))) by Newton's method, targets drawn in as he does, so that few labels do not give
 * certainty. Right for few labels; isotonic for a few hundred and more.
 */
export function platt(xs: readonly Judged[]): Calibration {
  const known = xs.filter(x => !Number.isNaN(x.value))
  const up = known.reduce((a, x) => a + x.label, 0)
  const [high, low] = [(up + 1) / (up + 2), 1 / (known.length - up + 2)]
  let [a, b] = [0, Math.log((up + 1) / (known.length - up + 1))]
  const loss = (p: number, q: number): number =>
    known.reduce((s, x) => {
      const z = p * x.value + q
      const t = low + x.label * (high - low)
      return s + Math.max(z, 0) - z * t + Math.log1p(Math.exp(-Math.abs(z)))
    }, 0)
  for (let k = 0; k < 100; k++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 1e-9, 0, 1e-9]
    for (const x of known) {
      const p = 1 / (1 + Math.exp(-(a * x.value + b)))
      const d = p - (low + x.label * (high - low))
      const w = p * (1 - p)
      ga += d * x.value
      gb += d
      haa += w * x.value * x.value
      hab += w * x.value
      hbb += w
    }
    const det = haa * hbb - hab * hab
    if (!(det > 1e-14) || Math.hypot(ga, gb) < 1e-9) break
    const [da, db] = [(hbb * ga - hab * gb) / det, (haa * gb - hab * ga) / det]
    let step = 1
    const now = loss(a, b)
    while (step > 1e-6 && loss(a - step * da, b - step * db) > now) step /= 2
    if (step <= 1e-6) break
    a -= step * da
    b -= step * db
  }
  return { kind: 'platt', a, b }
}

/** The best fit that never falls (pool adjacent violators; Zadrozny and Elkan 2002), linear between its points. */
export function isotonic(xs: readonly Judged[]): Calibration {
  const known = xs.filter(x => !Number.isNaN(x.value)).sort((p, q) => p.value - q.value)
  const blocks: { from: number; to: number; sum: number; count: number }[] = []
  for (const x of known) {
    const last = blocks.at(-1)
    // Equal values are one point, whatever their labels.
    if (last !== undefined && last.to === x.value && last.from === x.value) {
      last.sum += x.label
      last.count++
    } else blocks.push({ from: x.value, to: x.value, sum: x.label, count: 1 })
  }
  const pooled: typeof blocks = []
  for (const b of blocks) {
    pooled.push({ ...b })
    for (
      let top = pooled.length - 1;
      top > 0 && pooled[top - 1].sum / pooled[top - 1].count >= pooled[top].sum / pooled[top].count;
      top--
    ) {
      const { to, sum, count } = pooled.pop()!
      pooled[top - 1].to = to
      pooled[top - 1].sum += sum
      pooled[top - 1].count += count
    }
  }
  const at: number[] = []
  const to: number[] = []
  for (const b of pooled) {
    for (const x of b.from === b.to ? [b.from] : [b.from, b.to]) {
      at.push(x)
      to.push(b.sum / b.count)
    }
  }
  return { kind: 'isotonic', at, to }
}

/** A judge whose values are brought to probabilities. What it said itself is kept in `parts.raw`. A proof is left as it is. */
export function calibrated(by: Reward, c: Calibration): Reward {
  if (by.verifies) throw new Failure('usage', `${by.id} proves what it says: there is nothing to calibrate`)
  return {
    id: `${by.id}~${c.kind}`,
    async reward(at, outcome, io): Promise<Assessment> {
      const a = await by.reward(at, outcome, io)
      if (a.failed || Number.isNaN(a.value)) return a
      return { ...a, value: applyCalibration(c, a.value), parts: { ...a.parts, raw: a.value } }
    },
  }
}

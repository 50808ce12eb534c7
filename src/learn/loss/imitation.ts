// Imitation, and tokens that another policy wrote. Cotangents before the reduction are in each comment; sg[x] is x with its gradient stopped.
import { type LossFn, learnable, lengthOf, type Mask, need, onDemo, type Reduction, type Row, sumOver, tokenwise } from './row.ts'

interface Options {
  reduction?: Reduction
  mask?: Mask
}
const settled = (o: Options) => ({ reduction: o.reduction ?? ('token' as const), mask: o.mask ?? learnable })

/** Supervised fine-tuning: -lp. d = -1. */
export const sft = (o: Options = {}): LossFn => tokenwise('sft', (r, t) => [-r.lp[t], -1], settled(o))

/** Dynamic fine-tuning, the importance-sampled form of CHORD (arXiv:2508.11408): -sg[p] lp. d = -p. */
export const dft = (o: Options = {}): LossFn =>
  tokenwise(
    'dft',
    (r, t, held) => {
      const p = Math.exp(held.lp[t])
      return [-p * r.lp[t], -p]
    },
    settled(o),
  )

/** CHORD-phi (arXiv:2508.11408): -sg[p (1 - p)] lp, which silences tokens that are known or impossible. */
export const phi = (o: Options = {}): LossFn =>
  tokenwise(
    'phi',
    (r, t, held) => {
      const p = Math.exp(held.lp[t])
      return [-p * (1 - p) * r.lp[t], -p * (1 - p)]
    },
    settled(o),
  )

/** Weight of a row by its reward. `filter`: only the right ones (ReST-EM, rejection sampling); `exp`: reward-weighted regression, exp(R / tau). */
export type ByReward = 'filter' | 'reward' | { readonly exp: number }
const weightOf = (row: Row, by: ByReward): number => {
  const R = row.reward
  if (R === undefined) throw new RangeError('weighted: expected rows with a reward, found one without')
  return by === 'filter' ? (R === 1 ? 1 : 0) : by === 'reward' ? R : Math.exp(R / by.exp)
}
/** Weighted imitation: -w(R) lp, weights scaled to mean 1 over the batch's rows, so that the learning rate keeps its meaning. */
export const weighted =
  (by: ByReward, o: Options = {}): LossFn =>
  (rows, c) => {
    const ws = rows.map(r => weightOf(r, by))
    const mean = ws.reduce((s, w) => s + w, 0) / ws.length
    const scaled = (rs: readonly Row[]) => rs.map((r, i) => ({ ...r, weight: (r.weight ?? 1) * (mean > 0 ? ws[i] / mean : 0) }))
    return sft(o)(scaled(rows), { ...c, ...(c.held === undefined ? {} : { held: scaled(c.held) }) })
  }

/** LUFFY (arXiv:2504.14945): demonstrations inside a policy-gradient group with a ratio-free shaped weight, -A p / (p + c). d = -A c p / (p + c)^2. */
export const luffy = (o: Options & { c?: number } = {}): LossFn => {
  const c = o.c ?? 0.1
  return tokenwise(
    'luffy',
    (r, t) => {
      const A = need(r, 'advantage', 'luffy')[t]
      const p = Math.exp(r.lp[t])
      return [(-A * p) / (p + c), (-A * c * p) / (p + c) ** 2]
    },
    { ...settled(o), mask: o.mask ?? onDemo },
  )
}

/**
 * SRFT (arXiv:2506.19767): imitation of demonstrations weighted by 0.5 exp(-H), and of own successes by 0.1 exp(H), with H the detached mean entropy of the
 * row: what the policy is unsure of is copied with care, and what it is sure of is not driven further.
 */
export const srft = (o: Options & { demo?: number; own?: number } = {}): LossFn =>
  tokenwise(
    'srft',
    (r, t, held) => {
      const H = need(held, 'H', 'srft')
      const mask = settled(o).mask
      const mean = sumOver(held, H, mask) / lengthOf(held, mask)
      const w = r.segment[t] === 'demo' ? (o.demo ?? 0.5) * Math.exp(-mean) : r.reward === 1 ? (o.own ?? 0.1) * Math.exp(mean) : 0
      return [-w * r.lp[t], -w]
    },
    settled(o),
  )

/**
 * The regularising term of T-REG (arXiv:2412.02685): -alpha w beta rhat_t lp_t with token rewards rhat (`rewards`) and w = sg[s(s_l - s_w)], the weight that
 * the preference loss itself gives the pair (`weight` of the row).
 */
export const tReg = (o: { alpha?: number; beta?: number; reduction?: Reduction } = {}): LossFn =>
  tokenwise(
    't-reg',
    (r, t) => {
      const x = (o.alpha ?? 0.5) * (o.beta ?? 0.1) * need(r, 'rewards', 't-reg')[t]
      return [-x * r.lp[t], -x]
    },
    { reduction: o.reduction ?? 'sum' },
  )

/** The tokens of a segment with the greatest entropy in their row: IGPO lets only those of a hint carry loss. @param share from 0 to 1 */
export const mostUncertain = (segment: Row['segment'][number], share: number): Mask => {
  // By the row as it is now: entropies change from step to step, and a training that was resumed has seen none of the former ones.
  const kept = new WeakMap<Row, Set<number>>()
  return (row, t) => {
    if (row.segment[t] !== segment) return false
    let set = kept.get(row)
    if (set === undefined) {
      const H = need(row, 'H', 'mostUncertain')
      const at = row.segment.flatMap((s, i) => (s === segment ? [i] : []))
      set = new Set(at.sort((i, j) => H[j] - H[i] || i - j).slice(0, Math.ceil(share * at.length)))
      kept.set(row, set)
    }
    return set.has(t)
  }
}
/** The same over all rows of a batch together, as Prefix-RFT has it. */
export const mostUncertainOf = (rows: readonly Row[], segment: Row['segment'][number], share: number): Mask => {
  const all = rows.flatMap((row, i) =>
    row.segment.flatMap((s, t) => (s === segment ? [{ i, t, H: need(row, 'H', 'mostUncertain')[t] }] : [])),
  )
  const kept = new Map<Row, Set<number>>(rows.map(r => [r, new Set()]))
  for (const { i, t } of all.sort((a, b) => b.H - a.H || a.i - b.i || a.t - b.t).slice(0, Math.ceil(share * all.length)))
    kept.get(rows[i])!.add(t)
  return (row, t) => kept.get(row)?.has(t) ?? false
}
/** Either mask. */
export const either =
  (a: Mask, b: Mask): Mask =>
  (row, t) =>
    a(row, t) || b(row, t)

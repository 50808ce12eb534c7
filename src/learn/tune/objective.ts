// What a batch costs: losses of the catalogue over its rows, and cross-entropy of its verdicts. Logprobs in, loss and cotangents out.
import type { Random } from '../../contract/index.ts'
import { Failure, nearest } from '../../kernel/index.ts'
import { chordMu, curriculumWeight, type LossEntry, type LossFn, losses, type Row, type Segment } from '../loss/index.ts'
import type { TuneRow } from './row.ts'

/** A loss of the catalogue, as data. */
export interface LossPlan {
  readonly id: string
  readonly options?: Readonly<Record<string, unknown>>
  /** A number, or CHORD's mu over the steps (`complement`: 1 - mu). Default 1. */
  readonly weight?: number | { readonly mu: NonNullable<Parameters<typeof chordMu>[0]>; readonly complement?: boolean }
  /** Only rows with a token of this segment. Default: rows with any token that is not given. */
  readonly on?: Segment
}
/** What the network says of a row: logprobs of its tokens (0 for the first) and of its verdicts; where a loss needs them, entropies of the laws they were drawn from
 *  and the divergences of those from the reference's. */
export interface Seen {
  readonly lp: Float64Array
  readonly H?: Float64Array
  readonly kl?: Float64Array
  readonly good: Float64Array
  readonly bad: Float64Array
}
/** dL of the same. */
export type Slope = Seen
export interface Priced {
  readonly loss: number
  readonly slopes: readonly Slope[]
  readonly metrics: Readonly<Record<string, number>>
}
/** Fixed numbers of a row: of the policy that drew it, and of the reference. */
export interface Known {
  readonly lo?: ArrayLike<number>
  readonly lr?: ArrayLike<number>
}
export interface Objective {
  /** Logprobs of the policy that drew the rows, and of a reference, are needed. */
  readonly lo: boolean
  readonly lr: boolean
  /** Values are read at every verdict. */
  readonly values: boolean
  /** Entropies of the laws, and their divergences from a reference, are needed. */
  readonly H: boolean
  readonly kl: boolean
  /** @throws Failure (usage) on a row that lacks what its loss needs, and where a loss finds no row */
  check(rows: readonly TuneRow[]): void
  price(rows: readonly TuneRow[], seen: readonly Seen[], known: readonly Known[], c: Pricing): Priced
}
/** @param along where a curriculum is: 0 at its beginning, 1 and more where all rows count in full. Default 1 */
export interface Pricing {
  readonly step: number
  readonly random: Random
  readonly along?: number
}

/** What the network says, and no row brings. */
const seenNotGiven: readonly LossEntry['needs'][number][] = ['lo', 'lr', 'H', 'kl']
const given = (s: Segment): boolean => s === 'prompt' || s === 'observation'

/** Has a row a token for this loss? */
export const takesPart = (plan: LossPlan, r: TuneRow): boolean => r.segment.some(s => (plan.on === undefined ? !given(s) : s === plan.on))

/** @param verdicts weight of the cross-entropy of verdicts; 0: none @throws Failure (usage) on a loss that is unknown */
export function objective(plans: readonly LossPlan[], verdicts: number): Objective {
  const parts = plans.map(plan => {
    const entry = losses.get(plan.id)
    if (entry === undefined) {
      const near = nearest(plan.id, [...losses.keys()])
      throw new Failure(
        'usage',
        `no loss is called '${plan.id}'`,
        near ? `did you mean ${near}?` : `there are: ${[...losses.keys()].join(', ')}`,
      )
    }
    const { weight = 1 } = plan
    const mu = typeof weight === 'number' ? null : chordMu(weight.mu)
    const at = (step: number): number =>
      mu === null ? (weight as number) : (weight as { complement?: boolean }).complement ? 1 - mu(step) : mu(step)
    const loss: LossFn = entry.make(plan.options as Record<string, never> | undefined)
    const takes = (r: TuneRow): boolean => takesPart(plan, r)
    return { entry, loss, at, takes }
  })
  const needs = new Set(parts.flatMap(p => p.entry.needs))
  const values = needs.has('v')
  return {
    lo: needs.has('lo'),
    lr: needs.has('lr'),
    values,
    H: needs.has('H'),
    kl: needs.has('kl'),
    check(rows) {
      for (const { entry, takes } of parts) {
        let found = 0
        rows.forEach((r, i) => {
          if (!takes(r)) return
          found++
          for (const n of entry.needs) {
            if (seenNotGiven.includes(n)) continue
            if (n === 'v' ? (r.verdicts ?? []).length === 0 : r[n as keyof TuneRow] === undefined)
              throw new Failure('usage', `loss ${entry.id}: expected rows with ${n === 'v' ? 'verdicts' : n}, row ${i} has none`)
          }
        })
        if (found === 0 && rows.length > 0)
          throw new Failure('usage', `loss ${entry.id}: none of the ${rows.length} rows has a token for it`)
      }
      if (parts.length === 0 && !(verdicts > 0)) throw new Failure('usage', 'expected a loss, found none')
      if (verdicts > 0 && rows.length > 0 && !rows.some(r => r.verdicts?.some(v => v.value !== undefined)))
        throw new Failure('usage', 'expected rows with verdicts, found none')
    },
    price(given, seen, known, c) {
      const rows = weighed(given, c.along ?? 1)
      const slopes: Slope[] = rows.map((r, i) => ({
        lp: new Float64Array(r.tokens.length),
        ...(seen[i].H === undefined ? {} : { H: new Float64Array(r.tokens.length) }),
        ...(seen[i].kl === undefined ? {} : { kl: new Float64Array(r.tokens.length) }),
        good: new Float64Array(seen[i].good.length),
        bad: new Float64Array(seen[i].bad.length),
      }))
      const metrics: Record<string, number> = {}
      let loss = 0
      for (const { entry, loss: of, at, takes } of parts) {
        const mine = rows.flatMap((r, i) => (takes(r) ? [i] : []))
        const weight = at(c.step)
        if (mine.length === 0 || weight === 0) continue
        let l: ReturnType<LossFn>
        try {
          l = of(
            mine.map(i => rowOf(rows[i], seen[i], known[i], values)),
            c,
          )
        } catch (e) {
          throw e instanceof RangeError ? new Failure('usage', `loss ${e.message}`, '', { cause: e }) : e
        }
        loss += weight * l.loss
        metrics[entry.id] = l.loss
        for (const [k, x] of Object.entries(l.metrics)) metrics[`${entry.id}.${k}`] = x
        mine.forEach((i, k) => {
          const { dlp, dv, dH, dkl } = l.cotangents[k]
          for (let t = 1; t < dlp.length; t++) {
            slopes[i].lp[t] += weight * dlp[t]
            if (dH !== undefined) slopes[i].H![t] += weight * dH[t]
            if (dkl !== undefined) slopes[i].kl![t] += weight * dkl[t]
          }
          if (dv !== undefined)
            (rows[i].verdicts ?? []).forEach((v, j) => {
              slopes[i].good[j] += weight * dv[v.at - 1]
              slopes[i].bad[j] -= weight * dv[v.at - 1]
            })
        })
      }
      if (verdicts > 0) {
        const { total, right, judged } = judgements(rows, seen, slopes, verdicts)
        loss += verdicts * total
        if (judged) metrics.verdicts = total
        if (!Number.isNaN(right)) metrics.right = right
      }
      return { loss, slopes, metrics }
    },
  }
}

/** Rows that are hard count less until a curriculum is over (arXiv:2004.14269, eq. 4): words and verdicts alike. */
const weighed = (rows: readonly TuneRow[], along: number): readonly TuneRow[] =>
  along >= 1
    ? rows
    : rows.map(r => {
        const w = curriculumWeight(r.ease ?? 1, along, 1)
        if (w === 1) return r
        const verdicts = r.verdicts === undefined ? {} : { verdicts: r.verdicts.map(v => ({ ...v, weight: w * (v.weight ?? 1) })) }
        return { ...r, weight: w * (r.weight ?? 1), ...verdicts }
      })

/** A row as losses see it. A value stands at the last token of what was judged, as a logit: log P(good) - log P(bad). */
function rowOf(r: TuneRow, s: Seen, known: Known, values: boolean): Row {
  const n = r.tokens.length
  const { tokens: _t, segment, advantage, rewards, verdicts = [], unit: _u, ease: _e, ...rest } = r
  const of = (xs: ArrayLike<number>): Float64Array => Float64Array.from(xs)
  const v = new Float64Array(n).fill(Number.NaN)
  if (values) for (const [j, x] of verdicts.entries()) v[x.at - 1] = s.good[j] - s.bad[j]
  const lr = known.lr === undefined ? undefined : of(known.lr)
  return {
    ...rest,
    segment,
    lp: s.lp,
    ...(s.H === undefined ? {} : { H: s.H }),
    ...(s.kl === undefined ? {} : { kl: s.kl }),
    ...(known.lo === undefined ? {} : { lo: of(known.lo) }),
    // One reference is kept; losses call it by the name of their paper.
    ...(lr === undefined ? {} : { lr: { ref: lr, iterate: lr, mixture: lr } }),
    ...(values ? { v } : {}),
    ...(advantage === undefined ? {} : { advantage: typeof advantage === 'number' ? new Float64Array(n).fill(advantage) : advantage }),
    ...(rewards === undefined ? {} : { rewards: rewards.map(x => x ?? Number.NaN) }),
  }
}

/** Mean over the verdicts of -y log P(good) - (1 - y) log P(bad), y the row's own word. Adds its slopes. */
function judgements(rows: readonly TuneRow[], seen: readonly Seen[], slopes: readonly Slope[], weight: number) {
  const all = rows.flatMap((r, i) =>
    (r.verdicts ?? []).flatMap((v, j) => (v.value === undefined ? [] : [{ i, j, y: v.value, w: v.weight ?? 1 }])),
  )
  const sum = all.reduce((n, v) => n + v.w, 0)
  let total = 0
  let right = 0
  if (sum === 0) return { total, right: Number.NaN, judged: false }
  for (const { i, j, y, w } of all) {
    const share = w / sum
    const { good, bad } = seen[i]
    if (y > 0) total -= share * y * good[j]
    if (y < 1) total -= share * (1 - y) * bad[j]
    slopes[i].good[j] -= weight * share * y
    slopes[i].bad[j] -= weight * share * (1 - y)
    const sure = y > 0.5 ? good[j] : bad[j]
    if (y !== 0.5 && sure > Math.log(0.5)) right++
  }
  const decided = all.filter(v => v.y !== 0.5).length
  return { total, right: decided === 0 ? Number.NaN : right / decided, judged: true }
}

// Preference losses over a pair. What a pair is judged by is one number a response: the sum over its tokens of lp - lr (D), or of lp alone (LP).
import { checked, type LossFn, lengthOf, type Row, reference, logistic as s, softplus, sumOver, written, zeros } from './row.ts'

/** @param w of the chosen, l of the rejected: D or LP @param nw @param nl their lengths in tokens @param margin of the pair @returns loss and its derivatives by w and l */
export type PairFormula = (w: number, l: number, nw: number, nl: number, margin: number) => readonly [loss: number, dw: number, dl: number]
export interface PairLoss {
  /** Name of the reference whose logprobs are taken off; null: none is. */
  readonly reference: string | null
  readonly formula: PairFormula
}
const withReference = (formula: PairFormula, reference = 'ref'): PairLoss => ({ reference, formula })
const withoutReference = (formula: PairFormula): PairLoss => ({ reference: null, formula })
interface Beta {
  beta?: number
}

/** DPO (arXiv:2305.18290): -log s(b M), M = D_w - D_l. With an iterate as reference: iterative DPO, RLHF workflow. */
export const dpo = ({ beta: b = 0.1, reference }: Beta & { reference?: string } = {}): PairLoss =>
  withReference((w, l) => {
    const u = b * (w - l)
    return [softplus(-u), -b * s(-u), b * s(-u)]
  }, reference)

/** Conservative DPO (arXiv:2305.18290, appendix; q: the chance that a label is wrong): -(1-q) log s(bM) - q log s(-bM). */
export const smoothedDpo = ({ beta: b = 0.1, q = 0.1 }: Beta & { q?: number } = {}): PairLoss =>
  withReference((w, l) => {
    const u = b * (w - l)
    const d = b * (s(-u) - q)
    return [(1 - q) * softplus(-u) + q * softplus(u), -d, d]
  })

/** Robust DPO (arXiv:2403.00409): unbiased under labels wrong with chance q < 1/2. */
export const robustDpo = ({ beta: b = 0.1, q = 0.1 }: Beta & { q?: number } = {}): PairLoss =>
  withReference((w, l) => {
    const u = b * (w - l)
    const d = (b * ((1 - q) * s(-u) + q * s(u))) / (1 - 2 * q)
    return [((1 - q) * softplus(-u) - q * softplus(u)) / (1 - 2 * q), -d, d]
  })

/** Length-normalised DPO (Tulu 3, arXiv:2411.15124): -log s(b (D_w / n_w - D_l / n_l)). */
export const normalisedDpo = ({ beta: b = 5 }: Beta = {}): PairLoss =>
  withReference((w, l, nw, nl) => {
    const u = b * (w / nw - l / nl)
    return [softplus(-u), (-b * s(-u)) / nw, (b * s(-u)) / nl]
  })

/** SimPO (arXiv:2405.14734): no reference, mean logprobs, a margin gamma to keep. */
export const simpo = ({ beta: b = 2, gamma = 0.5 }: Beta & { gamma?: number } = {}): PairLoss =>
  withoutReference((w, l, nw, nl) => {
    const u = b * (w / nw - l / nl) - gamma
    return [softplus(-u), (-b * s(-u)) / nw, (b * s(-u)) / nl]
  })

/**
 * ORPO (arXiv:2403.07691): mean negative logprob of the chosen, plus lambda times -log s(log odds_w - log odds_l), odds = p / (1 - p), p = exp(mean lp).
 * d log odds / d(mean lp) = 1 / (1 - p).
 */
export const orpo = ({ lambda = 0.1 }: { lambda?: number } = {}): PairLoss =>
  withoutReference((w, l, nw, nl) => {
    const [pw, pl] = [Math.exp(w / nw), Math.exp(l / nl)]
    const u = w / nw - Math.log1p(-pw) - (l / nl - Math.log1p(-pl))
    const g = lambda * s(-u)
    return [-w / nw + lambda * softplus(-u), (-1 - g / (1 - pw)) / nw, g / (1 - pl) / nl]
  })

/** Hinge (SLiC, arXiv:2305.10425): max(0, 1 - bM). */
export const hinge = ({ beta: b = 0.1 }: Beta = {}): PairLoss =>
  withReference((w, l) => {
    const u = 1 - b * (w - l)
    return u > 0 ? [u, -b, b] : [0, 0, 0]
  })

/** IPO (arXiv:2310.12036): (M - 1 / (2b))^2. `average`: D averaged over tokens, as some libraries do. */
export const ipo = ({ beta: b = 0.1, average = false }: Beta & { average?: boolean } = {}): PairLoss =>
  withReference((w, l, nw, nl) => {
    const [kw, kl] = average ? [1 / nw, 1 / nl] : [1, 1]
    const x = kw * w - kl * l - 1 / (2 * b)
    return [x * x, 2 * x * kw, -2 * x * kl]
  })

/** MNPO (ICLR 2026): IPO's square against a mixture of references (see `mixReferences`): (M' - 1 / (2 eta))^2. */
export const mnpo = ({ eta = 1, reference = 'mixture' }: { eta?: number; reference?: string } = {}): PairLoss =>
  withReference((w, l) => {
    const x = w - l - 1 / (2 * eta)
    return [x * x, 2 * x, -2 * x]
  }, reference)

/** SPPO with hard labels (arXiv:2405.00675): (D_w - 1/(2b))^2 + (D_l + 1/(2b))^2. */
export const sppo = ({ beta: b = 0.1 }: Beta = {}): PairLoss =>
  withReference((w, l) => {
    const c = 1 / (2 * b)
    return [(w - c) ** 2 + (l + c) ** 2, 2 * (w - c), 2 * (l + c)]
  })

/** NCA of a pair (arXiv:2402.05369): -log s(bD_w) - 1/2 log s(-bD_w) - 1/2 log s(-bD_l). */
export const nca = ({ beta: b = 0.1 }: Beta = {}): PairLoss =>
  withReference((w, l) => [
    softplus(-b * w) + 0.5 * softplus(b * w) + 0.5 * softplus(b * l),
    -b * (s(-b * w) - 0.5 * s(b * w)),
    0.5 * b * s(b * l),
  ])

/** APO-zero (arXiv:2408.06266): 1 - s(bD_w) + s(bD_l): the chosen up, the rejected down, each against the reference. */
export const apoZero = ({ beta: b = 0.1 }: Beta = {}): PairLoss =>
  withReference((w, l) => {
    const [x, y] = [s(b * w), s(b * l)]
    return [1 - x + y, -b * x * (1 - x), b * y * (1 - y)]
  })

/** DNO with soft labels (arXiv:2404.03715): -q log s(eta M) - (1-q) log s(-eta M), q = s(margin), the margin being the difference of the win rates. */
export const dno = ({ eta = 1, reference = 'iterate' }: { eta?: number; reference?: string } = {}): PairLoss =>
  withReference((w, l, _nw, _nl, margin) => {
    const q = s(margin)
    const u = eta * (w - l)
    const d = eta * (s(u) - q)
    return [q * softplus(-u) + (1 - q) * softplus(u), d, -d]
  }, reference)

/** T-REG's weight of a pair, sg[s(s_l - s_w)] at the implicit rewards s = b D: what DPO's gradient is scaled by. */
export const pairWeight = (w: number, l: number, beta = 0.1): number => s(beta * (l - w))

/** D of a row, or LP without a reference. */
export function scoreOf(row: Row, ref: string | null, of: string): number {
  const lp = sumOver(row, row.lp)
  return ref === null ? lp : lp - sumOver(row, reference(row, ref, of))
}

/** References mixed into one: rho of `ref`, and the rest by weight of the former iterates (MNPO). Adds `mixture` to the row's references. */
export function mixReferences(row: Row, history: Readonly<Record<string, number>>, rho = 1 / 3): Row {
  const total = Object.values(history).reduce((a, b) => a + b, 0)
  const parts = Object.entries(history).map(([name, w]) => [reference(row, name, 'mixReferences'), ((1 - rho) * w) / total] as const)
  const ref = reference(row, 'ref', 'mixReferences')
  const mixture = Float64Array.from(ref, (x, t) => parts.reduce((sum, [xs, w]) => sum + w * xs[t], (total > 0 ? rho : 1) * x))
  return { ...row, lr: { ...row.lr, mixture } }
}

/**
 * A pair loss over rows that stand two by two, chosen before rejected. Mean over the pairs; each token of a response receives its derivative unchanged.
 * Metrics: mean lengths, margin, and the share of pairs in the right order.
 * @throws RangeError on rows that are no pairs
 */
export function liftPair(of: string, p: PairLoss): LossFn {
  return (rows, c) => {
    const out = zeros(rows)
    const pairs = pairsIn(rows, of)
    const count = (c.total?.rows ?? rows.length) / 2
    let loss = 0
    let margins = 0
    let right = 0
    let [long, short] = [0, 0]
    for (const i of pairs) {
      const [a, b] = [rows[i], rows[i + 1]]
      const [nw, nl] = [lengthOf(a), lengthOf(b)]
      const [w, l] = [scoreOf(a, p.reference, of), scoreOf(b, p.reference, of)]
      const [x, dw, dl] = p.formula(w, l, nw, nl, a.margin ?? 0)
      const scale = (a.weight ?? 1) / count
      loss += scale * x
      spread(a, out[i].dlp, scale * dw)
      spread(b, out[i + 1].dlp, scale * dl)
      margins += w - l
      right += w > l ? 1 : 0
      long += nw
      short += nl
    }
    const n = Math.max(1, pairs.length)
    return checked(
      { loss, cotangents: out, metrics: { margin: margins / n, accuracy: right / n, lengthChosen: long / n, lengthRejected: short / n } },
      of,
    )
  }
}
/** Where pairs begin. Rows of other labels (`fresh`) are passed over. */
export function pairsIn(rows: readonly Row[], of: string): number[] {
  const out: number[] = []
  for (let i = 0; i < rows.length; i++) {
    if (rows[i].label === 'fresh') continue
    if (rows[i].label !== 'chosen' || rows[i + 1]?.label !== 'rejected')
      throw new RangeError(
        `${of}: expected a chosen row and then its rejected one, found ${rows[i].label} and ${rows[i + 1]?.label ?? 'nothing'} at row ${i}`,
      )
    out.push(i++)
  }
  return out
}
/** Gives each token with loss the derivative of the row's sum. */
export function spread(row: Row, dlp: Float64Array, d: number): void {
  for (let t = 0; t < dlp.length; t++) if (written(row, t)) dlp[t] += d
}

/**
 * Preference learning that explores: a pair loss, and a term on fresh responses.
 * `xpo` (arXiv:2405.21046): + alpha LP(y), y from the reference. `selm` (arXiv:2405.19332): + alpha b (LP - LR), y from the last iterate.
 * `hypo` (arXiv:2406.01462): + lambda sg[D - mean of the others] LP, y from the policy: reverse KL on fresh samples.
 */
export function withFresh(pair: PairLoss, o: { kind: 'xpo' | 'selm' | 'hypo'; alpha: number; beta?: number; reference?: string }): LossFn {
  const preference = liftPair(o.kind, pair)
  return (rows, c) => {
    const pairs = rows.filter(r => r.label !== 'fresh').length
    const base = preference(rows, { ...c, total: c.total ?? { tokens: 0, rows: pairs } })
    const fresh = rows.flatMap((r, i) => (r.label === 'fresh' ? [i] : []))
    const held = (i: number): number => scoreOf(c.held?.[i] ?? rows[i], o.reference ?? 'ref', o.kind)
    const all = o.kind === 'hypo' ? fresh.map(held) : []
    const sum = all.reduce((a, b) => a + b, 0)
    let loss = base.loss
    fresh.forEach((i, k) => {
      const LP = sumOver(rows[i], rows[i].lp)
      const LR = o.kind === 'selm' ? sumOver(rows[i], reference(rows[i], o.reference ?? 'ref', o.kind)) : 0
      const others = fresh.length > 1 ? (sum - all[k]) / (fresh.length - 1) : 0
      const scale = (rows[i].weight ?? 1) / fresh.length
      const d = scale * (o.kind === 'xpo' ? o.alpha : o.kind === 'selm' ? o.alpha * (o.beta ?? 0.01) : o.alpha * (all[k] - others))
      loss += d * (LP - LR)
      spread(rows[i], base.cotangents[i].dlp, d)
    })
    return checked({ ...base, loss }, o.kind)
  }
}

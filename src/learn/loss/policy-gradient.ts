// Policy gradient surrogates. rho = exp(lp - lo), A the advantage of the token; L is made small.
import { either, mostUncertain, mostUncertainOf } from './imitation.ts'
import { checked, factors, type LossFn, lengthOf, type Mask, need, type Reduction, tokenwise, written, zeros } from './row.ts'

interface Options {
  reduction?: Reduction
  mask?: Mask
}

/** REINFORCE: -A lp. With leave-one-out advantages: RLOO (arXiv:2402.14740; `sum`). With V-centred Q: ArCHer. PCL: rho = p / sg[p] = 1 (`sequence`). */
export const reinforce = (o: Options = {}): LossFn =>
  tokenwise(
    'reinforce',
    (r, t) => {
      const A = need(r, 'advantage', 'reinforce')[t]
      return [-A * r.lp[t], -A]
    },
    { reduction: o.reduction ?? 'sum', mask: o.mask },
  )

/** Widths of the clip, below and above 1; `dual`: the bound c of dual clipping for A < 0. */
export interface Clip extends Options {
  low?: number
  high?: number
  dual?: number
}
/** The clipped surrogate of one token. @returns loss and derivative by lp */
export function clipped(lp: number, lo: number, A: number, low: number, high: number, dual = Infinity): readonly [number, number] {
  const rho = Math.exp(lp - lo)
  const inside = A > 0 ? rho <= 1 + high : rho >= 1 - low
  if (A < 0 && rho > dual) return [-dual * A, 0]
  return inside ? [-rho * A, -rho * A] : [-(A > 0 ? 1 + high : 1 - low) * A, 0]
}
/**
 * PPO (arXiv:1707.06347): -min(rho A, clip(rho, 1 - low, 1 + high) A); dual clip (arXiv:1912.09729): for A < 0 never more than -c A.
 * With group advantages: GRPO (`sequence`), Lite PPO (`token`), LOOP (`sequence`, leave-one-out), Dr. GRPO (`constant`). DAPO: see `dapo`.
 */
export const ppo = (o: Clip = {}): LossFn => {
  const { low = 0.2, high = low, dual } = o
  return tokenwise('ppo', (r, t) => clipped(r.lp[t], need(r, 'lo', 'ppo')[t], need(r, 'advantage', 'ppo')[t], low, high, dual), {
    reduction: o.reduction ?? 'token',
    mask: o.mask,
  })
}
/** DAPO (arXiv:2503.14476): PPO's clip with more room above (0.2, 0.28), over all tokens of the batch. Groups without variance are dropped before. */
export const dapo = (o: Clip = {}): LossFn => ppo({ low: 0.2, high: 0.28, reduction: 'token', ...o })

/** CISPO (arXiv:2506.13585): -sg[clip(rho)] A lp: clipped tokens keep their gradient. */
export const cispo = (o: Clip = {}): LossFn => {
  const { low = Infinity, high = 0.28 } = o
  return tokenwise(
    'cispo',
    (r, t, held) => {
      const rho = Math.exp(held.lp[t] - need(r, 'lo', 'cispo')[t])
      const w = Math.min(1 + high, Math.max(1 - low, rho)) * need(r, 'advantage', 'cispo')[t]
      return [-w * r.lp[t], -w]
    },
    { reduction: o.reduction ?? 'token', mask: o.mask },
  )
}

/** GSPO (arXiv:2507.18071): one ratio a response, exp((LP - LO) / n), clipped once; mean over the responses. The advantage is that of its first token with loss. */
export const gspo = (o: { low?: number; high?: number; mask?: Mask } = {}): LossFn => {
  const { low = 3e-4, high = 4e-4, mask = written } = o
  return (rows, c) => {
    const out = zeros(rows)
    const count = c.total?.rows ?? rows.length
    let loss = 0
    let cut = 0
    rows.forEach((row, i) => {
      const n = lengthOf(row, mask)
      if (n === 0) return
      const lo = need(row, 'lo', 'gspo')
      const A = need(row, 'advantage', 'gspo')[row.segment.findIndex((_, t) => mask(row, t))]
      let sum = 0
      for (let t = 0; t < lo.length; t++) if (mask(row, t)) sum += row.lp[t] - lo[t]
      const [x, d] = clipped(sum / n, 0, A, low, high)
      const scale = (row.weight ?? 1) / count
      loss += scale * x
      if (d === 0 && A !== 0) cut++
      for (let t = 0; t < lo.length; t++) if (mask(row, t)) out[i].dlp[t] = (scale * d) / n
    })
    return checked({ loss, cotangents: out, metrics: { clipped: cut / Math.max(1, rows.length) } }, 'gspo')
  }
}

/**
 * Prefix-RFT (arXiv:2507.01679): PPO with a dual clip, over what the policy wrote and over those tokens of hints (`prefix`) that the policy is least sure of: the
 * `share` of greatest entropy among the hints' tokens of the batch. Their ratio is to the policy's own logprob when the answers were drawn.
 */
export const prefixRft =
  (o: Omit<Clip, 'mask'> & { share?: number } = {}): LossFn =>
  (rows, c) =>
    ppo({ dual: 3, ...o, mask: either(written, mostUncertainOf(rows, 'prefix', o.share ?? 0.2)) })(rows, c)

/** IGPO (arXiv:2509.10396): GSPO's one ratio a response, over what the policy wrote and the `share` of each hint's tokens that it is least sure of. */
export const igpo = (o: { low?: number; high?: number; share?: number } = {}): LossFn =>
  gspo({ ...o, mask: either(written, mostUncertain('prefix', o.share ?? 0.2)) })

/**
 * BGPO (arXiv:2510.11683) of one response of a diffusion model: Monte-Carlo differences d_j of its likelihood bound. A >= 0: -A mean(1 + d_j), a bound by
 * linearity; A < 0: -A mean(exp d_j), a bound by Jensen. @returns loss and derivative by each sample
 */
export function bgpo(d: readonly number[], A: number): { loss: number; d: number[] } {
  const n = d.length
  if (A >= 0) return { loss: (-A * d.reduce((s, x) => s + 1 + x, 0)) / n, d: d.map(() => -A / n) }
  return { loss: (-A * d.reduce((s, x) => s + Math.exp(x), 0)) / n, d: d.map(x => (-A * Math.exp(x)) / n) }
}

/**
 * KL(policy || reference) as a term of the loss. Named by the gradient that it has on the policy's own samples, which is not what it estimates:
 * `reverse` (k2, (lp - lr)^2 / 2) has the mean gradient of KL(pi || ref); `forward` (k3, exp(lr - lp) - (lr - lp) - 1) that of KL(ref || pi);
 * `exact` is the divergence of the full laws, given with the row (`kl`). Schulman 2020, "Approximating KL divergence".
 */
export const klTo = (kind: 'reverse' | 'forward' | 'exact', o: Options & { reference?: string } = {}): LossFn => {
  const { reference = 'ref', mask = written, reduction = 'token' } = o
  if (kind === 'exact') return ofArray('kl', 'kl', 'dkl', 1, { mask, reduction })
  return tokenwise(
    'kl',
    (r, t) => {
      const lr = r.lr?.[reference]
      if (lr === undefined)
        throw new RangeError(`kl: expected logprobs of the reference '${reference}', found ${Object.keys(r.lr ?? {}).join(', ') || 'none'}`)
      const x = r.lp[t] - lr[t]
      return kind === 'reverse' ? [(x * x) / 2, x] : [Math.exp(-x) + x - 1, 1 - Math.exp(-x)]
    },
    { reduction, mask },
  )
}
/** k1, in the reward and not in the loss: rewards of tokens with beta (lo - lr) taken off (PPO, RLOO, Tulu 3). */
export const klReward = (rewards: ArrayLike<number>, lo: ArrayLike<number>, lr: ArrayLike<number>, beta: number): Float64Array =>
  Float64Array.from(rewards, (r, t) => r - beta * (lo[t] - lr[t]))

/** Entropy bonus: -mean of H. Weigh it with `mixed`. */
export const entropyBonus = (o: Options = {}): LossFn =>
  ofArray('entropy', 'H', 'dH', -1, { mask: o.mask ?? written, reduction: o.reduction ?? 'token' })

/** sign times an array of the row, reduced. */
function ofArray(of: string, name: 'H' | 'kl', d: 'dH' | 'dkl', sign: number, o: Required<Options>): LossFn {
  return (rows, c) => {
    const factor = factors(rows, o.mask, o.reduction, c)
    const out = zeros(rows)
    let loss = 0
    rows.forEach((row, i) => {
      const xs = need(row, name, of)
      const dx = new Float64Array(xs.length)
      for (let t = 0; t < xs.length; t++) {
        if (!o.mask(row, t)) continue
        const scale = sign * factor[i] * (row.weight ?? 1)
        loss += scale * xs[t]
        dx[t] = scale
      }
      out[i][d] = dx
    })
    return checked({ loss, cotangents: out, metrics: { [of]: sign * loss } }, of)
  }
}

/** Nash-MD and Nash-MP, inner step: -sg[P(y beats y') - 1/2 - b D_ref - (b / eta) D_iter] LP: the advantage that `reinforce` takes. */
export const nashAdvantage = (win: number, Dref: number, Diter: number, beta: number, eta: number): number =>
  win - 0.5 - beta * Dref - (beta / eta) * Diter

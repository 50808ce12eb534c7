// Losses of a value head, and of actors and critics that share a signal.
import {
  checked,
  factors,
  type LossFn,
  type Mask,
  need,
  type Reduction,
  reference,
  logistic as s,
  softplus,
  written,
  zeros,
} from './row.ts'

interface Options {
  reduction?: Reduction
  mask?: Mask
}
/** A loss of v against the row's `rewards` (targets of its tokens). A target that is NaN carries none: a state that nobody knows about. */
const against = (of: string, term: (v: number, G: number) => readonly [number, number], o: Options): LossFn => {
  const given = o.mask ?? written
  const mask: Mask = (r, t) => given(r, t) && !Number.isNaN(need(r, 'rewards', of)[t])
  return (rows, c) => {
    const out = zeros(rows)
    const factor = factors(rows, mask, o.reduction ?? 'token', c)
    let loss = 0
    rows.forEach((row, i) => {
      const v = need(row, 'v', of)
      const G = need(row, 'rewards', of)
      const dv = new Float64Array(v.length)
      for (let t = 0; t < v.length; t++) {
        if (!mask(row, t)) continue
        const [x, d] = term(v[t], G[t])
        const scale = factor[i] * (row.weight ?? 1)
        loss += scale * x
        dv[t] = scale * d
      }
      out[i].dv = dv
    })
    return checked({ loss, cotangents: out, metrics: {} }, of)
  }
}
/** (v - G)^2 against the targets in `rewards`. */
export const valueMse = (o: Options = {}): LossFn => against('value mse', (v, G) => [(v - G) ** 2, 2 * (v - G)], o)
/** Binary cross-entropy with v as a logit: log(1 + exp v) - G v, G from 0 to 1. */
export const valueBce = (o: Options = {}): LossFn => against('value bce', (v, G) => [softplus(v) - G * v, s(v) - G], o)

/** PPO's value loss (arXiv:1707.06347; 0.5 max of the plain and the clipped square), old values in `old`. */
export const ppoValue = (old: readonly ArrayLike<number>[], o: Options & { clip?: number } = {}): LossFn => {
  const { clip = 0.2, mask = written, reduction = 'token' } = o
  return (rows, c) => {
    const out = zeros(rows)
    const factor = factors(rows, mask, reduction, c)
    let loss = 0
    rows.forEach((row, i) => {
      const v = need(row, 'v', 'ppo value')
      const G = need(row, 'rewards', 'ppo value')
      const dv = new Float64Array(v.length)
      for (let t = 0; t < v.length; t++) {
        if (!mask(row, t)) continue
        const near = Math.min(old[i][t] + clip, Math.max(old[i][t] - clip, v[t]))
        const [a, b] = [(v[t] - G[t]) ** 2, (near - G[t]) ** 2]
        loss += factor[i] * 0.5 * Math.max(a, b)
        dv[t] = factor[i] * (a >= b ? v[t] - G[t] : near === v[t] ? near - G[t] : 0)
      }
      out[i].dv = dv
    })
    return checked({ loss, cotangents: out, metrics: {} }, 'ppo value')
  }
}

/**
 * A value head that ranks: -log s(v_chosen - v_rejected) at the last token with loss of rows that stand two by two (Bradley-Terry; the preference model
 * of rStar-Math). Scores of other prompts are not compared. A pair counts as its chosen row's weight says.
 */
export const valueRanking = (o: { mask?: Mask } = {}): LossFn => {
  const mask = o.mask ?? written
  return (rows, c) => {
    if (rows.length % 2 !== 0) throw new RangeError(`value ranking: expected pairs of rows, found ${rows.length} rows`)
    const out = zeros(rows)
    const count = (c.total?.rows ?? rows.length) / 2
    let loss = 0
    let right = 0
    for (let i = 0; i < rows.length; i += 2) {
      const last = [i, i + 1].map(k => rows[k].segment.findLastIndex((_, t) => mask(rows[k], t)))
      if (last.includes(-1))
        throw new RangeError(`value ranking: expected a token with loss in each row, found none in rows ${i} and ${i + 1}`)
      const u = need(rows[i], 'v', 'value ranking')[last[0]] - need(rows[i + 1], 'v', 'value ranking')[last[1]]
      const scale = (rows[i].weight ?? 1) / count
      loss += scale * softplus(-u)
      right += u > 0 ? 1 : 0
      ;[0, 1].forEach(k => {
        const dv = new Float64Array(rows[i + k].lp.length)
        dv[last[k]] = (k === 0 ? -1 : 1) * scale * s(-u)
        out[i + k].dv = dv
      })
    }
    return checked({ loss, cotangents: out, metrics: { accuracy: right / Math.max(1, rows.length / 2) } }, 'value ranking')
  }
}

/**
 * OREO (arXiv:2412.16145): soft Bellman consistency of policy and value along a trajectory with one reward R at its end.
 * Value: (V_t - R + b sum_{i >= t} sg d_i)^2. Policy: e_t^2, e_t = sg V_t - R + b d_t + b sg sum_{i > t} d_i. Both are means over the row's tokens.
 * Weigh `klTo('exact')` in beside it.
 *
 * `states: 'known'`, the form over steps: a state is wherever v is known, as of all tokens up to there; its action is what is written up to the next state, and d the
 * sum over it. The means are over the states. v known before every token is the form over tokens.
 */
export const oreo = (
  o: { beta?: number; mask?: Mask; reference?: string; value?: number; policy?: number; states?: 'tokens' | 'known' } = {},
): LossFn => {
  const { beta: b = 0.03, mask = written, reference: name = 'ref', value = 1, policy = 1, states = 'tokens' } = o
  if (states === 'known') return oreoOfSteps({ b, mask, name, value, policy })
  return (rows, c) => {
    const out = zeros(rows)
    const factor = factors(rows, mask, 'sequence', c)
    let loss = 0
    rows.forEach((row, i) => {
      const held = c.held?.[i] ?? row
      if (row.reward === undefined) throw new RangeError(`oreo: expected rows with a reward, found one without at row ${i}`)
      const [v, vh] = [need(row, 'v', 'oreo'), need(held, 'v', 'oreo')]
      const lr = reference(row, name, 'oreo')
      const dv = new Float64Array(v.length)
      let rest = 0 // sum of sg d over later tokens
      for (let t = v.length - 1; t >= 0; t--) {
        if (!mask(row, t)) continue
        const sg = held.lp[t] - lr[t]
        const ev = v[t] - row.reward + b * (rest + sg)
        const ep = vh[t] - row.reward + b * (row.lp[t] - lr[t]) + b * rest
        const scale = factor[i] * (row.weight ?? 1)
        loss += scale * (value * ev * ev + policy * ep * ep)
        dv[t] = scale * value * 2 * ev
        out[i].dlp[t] = scale * policy * 2 * b * ep
        rest += sg
      }
      out[i].dv = dv
    })
    return checked({ loss, cotangents: out, metrics: {} }, 'oreo')
  }
}

function oreoOfSteps({ b, mask, name, value, policy }: { b: number; mask: Mask; name: string; value: number; policy: number }): LossFn {
  return (rows, c) => {
    const out = zeros(rows)
    const count = c.total?.rows ?? rows.length
    let loss = 0
    rows.forEach((row, i) => {
      const held = c.held?.[i] ?? row
      if (row.reward === undefined) throw new RangeError(`oreo: expected rows with a reward, found one without at row ${i}`)
      const [v, vh] = [need(row, 'v', 'oreo'), need(held, 'v', 'oreo')]
      const lr = reference(row, name, 'oreo')
      const dv = new Float64Array(v.length)
      out[i].dv = dv
      const at = Array.from(v.keys()).filter(t => !Number.isNaN(v[t]))
      let rest = 0 // sum of sg d over later actions
      for (const [k, from] of at.entries().toArray().reverse()) {
        const action = Array.from({ length: (at[k + 1] ?? v.length - 1) - from }, (_, j) => from + 1 + j).filter(t => mask(row, t))
        const sg = action.reduce((n, t) => n + held.lp[t] - lr[t], 0)
        const ev = v[from] - row.reward + b * (rest + sg)
        const ep = vh[from] - row.reward + b * action.reduce((n, t) => n + row.lp[t] - lr[t], 0) + b * rest
        const share = (row.weight ?? 1) / (at.length * count)
        loss += share * (value * ev * ev + policy * ep * ep)
        dv[from] = share * value * 2 * ev
        for (const t of action) out[i].dlp[t] = share * policy * 2 * b * ep
        rest += sg
      }
    })
    return checked({ loss, cotangents: out, metrics: {} }, 'oreo')
  }
}

/** A turn of a conversation or a search, for learning over turns. NaN in `next`: the episode ended here. */
export interface Turn {
  readonly reward: number
  /** Q(o, a) and V(o) as they are, the value head's. */
  readonly q: number
  readonly v: number
  /** Target networks: Q(o, a~) with a~ drawn from the policy, and V(o'). */
  readonly qTarget: number
  readonly next: number
}
/**
 * ArCHer (arXiv:2402.19446), the level of turns: Q by (Q - [r + gamma V_target(o')])^2, V by (V - Q_target(o, a~))^2, means over the turns. The level of tokens
 * is `reinforce` with A = Q - V.
 */
export function archer(turns: readonly Turn[], o: { gamma?: number } = {}): { loss: number; dq: number[]; dv: number[] } {
  const { gamma = 0.95 } = o
  const n = turns.length
  let loss = 0
  const dq: number[] = []
  const dv: number[] = []
  for (const x of turns) {
    const eq = x.q - (x.reward + gamma * (Number.isNaN(x.next) ? 0 : x.next))
    const ev = x.v - x.qTarget
    loss += (eq * eq + ev * ev) / n
    dq.push((2 * eq) / n)
    dv.push((2 * ev) / n)
  }
  return { loss, dq, dv }
}
/** Slow copy of parameters: target <- (1 - tau) target + tau online (Polyak). In place. */
export function polyak(target: Float32Array, online: Float32Array, tau = 0.1): void {
  for (let i = 0; i < target.length; i++) target[i] += tau * (online[i] - target[i])
}

/**
 * B-Coder (arXiv:2310.03173): Q from a language model's own logits, Q(s, a) = alpha (l_a - max l) + V(s), and its temporal difference
 * (Q(s, a) - sg[r + gamma Q(s', a')])^2. @returns loss and its derivatives by the logits and by V
 */
export function bCoder(
  x: { logits: readonly number[]; action: number; v: number; reward: number; next: number },
  o: { alpha?: number; gamma?: number } = {},
): { loss: number; dlogits: number[]; dv: number; q: number } {
  const { alpha = 1, gamma = 1 } = o
  const best = x.logits.indexOf(Math.max(...x.logits))
  const q = alpha * (x.logits[x.action] - x.logits[best]) + x.v
  const e = q - (x.reward + gamma * (Number.isNaN(x.next) ? 0 : x.next))
  const dlogits = x.logits.map(() => 0)
  dlogits[x.action] += 2 * e * alpha
  dlogits[best] -= 2 * e * alpha
  return { loss: e * e, dlogits, dv: 2 * e, q }
}

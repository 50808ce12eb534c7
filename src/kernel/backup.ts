import type { Column, NodeId, Tree } from '../contract/index.ts'

type AnyTree = Tree<any, any, any>

/**
 * Gives Q of a node after a return has been counted in N and W. `r` is the return as it arrives there: discounted, and in the sign of the player
 * who chose the node. A rule that reads the children says `below: true`: their Q are in the sign of the player to move at the node, so `backup`
 * turns its result where that is another player than the one who chose it.
 */
export interface Rule {
  (t: AnyTree, n: NodeId, r: number): number
  readonly below?: boolean
}
const below = (f: (t: AnyTree, n: NodeId, r: number) => number): Rule => Object.assign(f, { below: true })

/** W / N. */
export const mean: Rule = (t, n) => t.W[n] / t.N[n]

/** The largest return seen (arXiv:2409.09584). */
export const maxOf: Rule = (t, n, r) => (t.N[n] > 1 && t.Q[n] > r ? t.Q[n] : r)

/** The latest return. */
export const replace: Rule = (_t, _n, r) => r

/** lambda a + (1 - lambda) b: a mixture of two rules, such as mean and largest. Only rules of one kind (both from returns, or both from children) in games. */
export function mixed(lambda: number, a: Rule, b: Rule): Rule {
  const f = (t: AnyTree, n: NodeId, r: number): number => lambda * a(t, n, r) + (1 - lambda) * b(t, n, r)
  return a.below && b.below ? below(f) : f
}

/**
 * The mean of the returns, held to what was thought before there were any.
 * @param prior one number an edge; where it is unknown (NaN) the mean stands alone
 * @param o.visits the prior counts as so many returns: (visits x prior + W) / (visits + N); 0: the mean. It fades as returns come in.
 * @param o.share the prior keeps this share for ever: share x prior + (1 - share) W / N (Agent Q's blend, arXiv:2408.07199, with alpha = 1 - share)
 */
export function withPrior(prior: Column, o: { visits: number } | { share: number }): Rule {
  return (t, n) => {
    const p = prior[n]
    if (Number.isNaN(p)) return mean(t, n, 0)
    return 'visits' in o ? (o.visits * p + t.W[n]) / (o.visits + t.N[n]) : o.share * p + (1 - o.share) * mean(t, n, 0)
  }
}

type Weight = 'visits' | 'even' | 'multiplicity' | 'prior'
const weightOf = (t: AnyTree, w: Weight) => (w === 'visits' ? t.N : w === 'multiplicity' ? t.M : w === 'prior' ? t.P : undefined)

/**
 * The weighted mean of the open children's Q. Children of unknown Q or of weight 0 do not count; with none that counts Q stays as it is.
 * @param weight `visits` N, `atLeastOne` max(1, N), `multiplicity` M, `even` 1
 */
export function childMean(weight: 'visits' | 'atLeastOne' | 'even' | 'multiplicity'): Rule {
  return below((t, n) => {
    const by = weight === 'atLeastOne' ? t.N : weightOf(t, weight)
    let sum = 0
    let total = 0
    for (let k = t.first(n); k !== -1; k = t.after(k)) {
      const w = by === undefined ? 1 : weight === 'atLeastOne' ? Math.max(1, by[k]) : by[k]
      const q = t.Q[k]
      if (!t.taken(k) || Number.isNaN(q) || !(w > 0)) continue
      sum += w * q
      total += w
    }
    return total > 0 ? sum / total : Number.NaN
  })
}

/**
 * Soft value of the open children: (1 / lambda) ln (sum w exp(lambda Q) / sum w) (arXiv:2506.20701). lambda 0: the weighted mean; Infinity: the
 * largest; negative: towards the least. Children of unknown Q or of weight 0 do not count; with none that counts Q stays as it is.
 * @param weight `even` 1, `multiplicity` M, `prior` P
 */
export function soft(lambda: number, weight: 'even' | 'multiplicity' | 'prior' = 'even'): Rule {
  return below((t, n) => {
    const by = weightOf(t, weight)
    const sign = lambda < 0 ? -1 : 1
    let peak = Number.NEGATIVE_INFINITY
    for (let k = t.first(n); k !== -1; k = t.after(k)) {
      if (t.taken(k) && !(by !== undefined && !(by[k] > 0)) && sign * t.Q[k] > peak) peak = sign * t.Q[k]
    }
    if (peak === Number.NEGATIVE_INFINITY) return Number.NaN
    const high = sign * peak
    if (!Number.isFinite(lambda)) return high
    let sum = 0
    let total = 0
    for (let k = t.first(n); k !== -1; k = t.after(k)) {
      const w = by === undefined ? 1 : by[k]
      const q = t.Q[k]
      if (!t.taken(k) || Number.isNaN(q) || !(w > 0)) continue
      total += w
      // Around the peak, so that nothing overflows; expm1 keeps small lambda exact.
      sum += lambda === 0 ? w * (q - high) : w * Math.expm1(lambda * (q - high))
    }
    return high + (lambda === 0 ? sum / total : Math.log1p(sum / total) / lambda)
  })
}

/** The largest Q of the open children, seen by the player to move: minimax, as negamax. With no child of known Q it stays as it is. */
export const minimax: Rule = below((t, n) => {
  let high = Number.NaN
  for (let k = t.first(n); k !== -1; k = t.after(k)) if (t.taken(k) && !(t.Q[k] <= high) && !Number.isNaN(t.Q[k])) high = t.Q[k]
  return high
})

/**
 * Counts a return from n up to the root: N += 1, W += r, Q = rule.
 *
 * In games N, W and Q of a node are those of the action into it, as seen by the player who chose it; r is given as seen by the player to move at n
 * (as the critic's V is), and turns wherever the player changes.
 * @param r NaN: unknown (a rollout that was cut off); nothing is counted
 * @param rule gives Q. Where it gives NaN (nothing known below), Q stays; a Q not yet known becomes r.
 * @param o.gamma discount per level @param o.player whose move it is at a node; default: the tree's
 * @param o.flip a return as the other player sees it; default -r (1 - r for probabilities of winning)
 */
export function backup(
  t: AnyTree,
  n: NodeId,
  r: number,
  rule: Rule = mean,
  o: { gamma?: number; player?(n: NodeId): number; flip?(r: number): number } = {},
): void {
  if (Number.isNaN(r)) return
  const { N, W, Q } = t
  const gamma = o.gamma ?? 1
  const flip = o.flip ?? (x => -x)
  const player = o.player ?? ((m: NodeId) => t.player(m))
  const stamped = t as AnyTree & { stamp?(e: NodeId, value: number): void }
  stamped.stamp?.(n, r)
  let mover = player(n)
  for (let m: NodeId | null = n; m !== null; ) {
    const up: NodeId | null = m === t.root ? null : t.parent(m)
    const chooser = up === null ? mover : player(up)
    const turned = chooser !== mover
    if (turned) r = flip(r)
    N[m] += 1
    W[m] += r
    const q = rule(t, m, r)
    if (!Number.isNaN(q)) Q[m] = turned && rule.below ? flip(q) : q
    else if (Number.isNaN(Q[m])) Q[m] = r
    r *= gamma
    mover = chooser
    m = up
  }
}

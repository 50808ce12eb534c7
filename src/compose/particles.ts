import type { NodeId, Search } from '../contract/index.ts'
import { resample, softmax, tell } from '../kernel/index.ts'
import { advance, counted } from './advance.ts'
import { appraiser } from './appraise.ts'

export interface Particles {
  /** How many. */
  n: number
  /** Most steps. */
  steps: number
  /** Of the resampling after so many steps. */
  temperature(step: number): number
  /** Values are brought into [clip, 1 - clip] before their logit is taken. */
  clip: number
  rule: 'multinomial' | 'systematic'
  /** Finished particles take part in the resampling; else they leave it, and the others go on without them. */
  keepFinished: boolean
  untilSolved: boolean
  /** What the draws of this run are named by. */
  key: readonly (string | number)[]
  /** Root first: a path that is kept. It takes part in every resampling, may be forked, and is never overwritten (conditional SMC). */
  reference?: readonly NodeId[]
}
/** Where the particles ended. */
export interface Population {
  readonly nodes: readonly NodeId[]
  /** Sum 1. */
  readonly weights: readonly number[]
  /** ln of the estimate of E[product of odds(V)^(1/temperature) along a path of the policy's]: its mean over runs is right, without a reference. */
  readonly evidence: number
  /** Draws that led somewhere; 0: nothing can be done. */
  readonly moved: number
}

/** ln(v / (1 - v)) of a value brought into [clip, 1 - clip]; NaN stays. */
export function logit(v: number, clip: number): number {
  const p = Math.min(1 - clip, Math.max(clip, v))
  return Math.log(p / (1 - p))
}

/**
 * A particle filter down the tree (arXiv:2502.01618): every unfinished particle draws a step; each is weighed by the odds of its value, odds^(1/T); so
 * many are drawn anew in proportion; and so on, until all are finished. The value judges the whole prefix, so it replaces the weight of the step before.
 * A particle is a node; several may stand on one, which are drawn for together. What is failed or could not be drawn has no weight.
 */
export async function particles<S, A, Ans>(s: Search<S, A, Ans>, o: Particles): Promise<Population> {
  const t = s.tree
  const appraise = appraiser(s)
  const { reference } = o
  const free = reference === undefined ? o.n : o.n - 1
  let nodes: NodeId[] = new Array<NodeId>(free).fill(t.root)
  const gone: NodeId[] = [] // finished, and out of the resampling
  let evidence = 0
  let moved = 0
  for (let d = 1; ; d++) {
    const standing = counted(nodes.filter(n => !t.is(n, 'end')))
    const drawn = await advance(s, standing, { tries: 3, untilSolved: o.untilSolved })
    const next = new Map([...standing.keys()].map((n, i) => [n, drawn[i]]))
    moved += drawn.reduce((sum, x) => sum + x.length, 0)
    nodes = nodes.flatMap(n => (t.is(n, 'end') ? n : (next.get(n)!.shift() ?? [])))
    if (!o.keepFinished) {
      gone.push(...nodes.filter(n => t.is(n, 'end')))
      nodes = nodes.filter(n => !t.is(n, 'end'))
    }
    const pool = reference === undefined ? nodes : [reference[Math.min(d, reference.length - 1)], ...nodes]
    await appraise(pool)
    const temperature = o.temperature(d)
    const weigh = (n: NodeId) => (t.is(n, 'failed') ? Number.NaN : logit(t.V[n], o.clip))
    const logits = pool.map(weigh)
    const under = logits.map(x => x / temperature)
    if (gone.length < o.n) evidence += logMeanExp(under, o.n - gone.length)
    if (d >= o.steps || nodes.every(n => t.is(n, 'end'))) {
      const all = [...gone, ...pool]
      return { nodes: all, weights: softmax(all.map(weigh), temperature), evidence, moved }
    }
    const rng = s.random('resample', ...o.key, d)
    const weights = softmax(logits, temperature)
    nodes = resample(weights, free - gone.length, rng, o.rule).map(i => pool[i])
    const copies = counted(nodes)
    for (const [i, n] of pool.entries()) {
      tell(t, 'weight', n, weights[i])
      tell(t, 'copies', n, copies.get(n) ?? 0)
    }
  }
}

/** ln of the sum of exp over `n`; unknown ones add nothing. */
function logMeanExp(xs: readonly number[], n: number): number {
  const known = xs.filter(x => !Number.isNaN(x))
  if (known.length === 0) return Number.NEGATIVE_INFINITY
  const high = Math.max(...known)
  return high + Math.log(known.reduce((sum, x) => sum + Math.exp(x - high), 0) / n)
}

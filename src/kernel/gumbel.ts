import type { EdgeId, NodeId, Tree } from '../contract/index.ts'
import { softmax } from './rank.ts'
import type { Score } from './select.ts'

type AnyTree = Tree<any, any, any>

/**
 * Phases of sequential halving (Karnin et al. 2013) over m arms and n pulls: `width` arms get `visits` pulls each, then the better half goes on; two
 * arms share what is left. As in arXiv "Policy improvement by planning with Gumbel" (OpenReview bERaNdoegnO), figure 1.
 * @param m arms, at least 1 @param n pulls; where they do not suffice for one each, only the first n arms are pulled
 */
export function sequentialHalving(m: number, n: number): { width: number; visits: number }[] {
  if (m <= 1) return n > 0 ? [{ width: 1, visits: n }] : []
  const out: { width: number; visits: number }[] = []
  const rounds = Math.ceil(Math.log2(m))
  for (let width = m, left = n; left > 0; width = Math.max(2, width >> 1)) {
    const w = Math.min(width, left)
    const visits = Math.min(Math.max(1, Math.floor(n / (rounds * width))), Math.floor(left / w))
    out.push({ width: w, visits })
    left -= w * visits
  }
  return out
}

/** What a node's edges say together: for each edge Q where it was visited, else the mixed value (the paper's appendix D), and the logit of its prior. */
interface Row {
  edges: EdgeId[]
  q: number[]
  logits: number[]
  visits: number[]
}

function read(t: AnyTree, p: NodeId): Row {
  const { N, O, P, Q, V } = t
  const edges = t.edges(p)
  const logits = edges.map(e => Math.log(Math.max(P[e], 1e-12) || 1e-12))
  const prior = softmax(logits)
  const visits = edges.map(e => N[e] + O[e])
  let total = 0
  let mass = 0
  let sum = 0
  edges.forEach((e, i) => {
    if (N[e] === 0) return
    total += N[e]
    mass += prior[i]
    sum += prior[i] * Q[e]
  })
  const weighted = mass > 0 ? sum / mass : Number.NaN
  const own = V[p]
  const mixed = weighted !== weighted ? (own === own ? own : 0) : own === own ? (own + total * weighted) / (1 + total) : weighted
  return { edges, q: edges.map(e => (N[e] > 0 ? Q[e] : mixed)), logits, visits }
}

export interface GumbelScale {
  /** c_visit; the paper: 50. */
  cVisit: number
  /** c_scale; the paper: 1.0 in board games, 0.1 in Atari. Values in [0, 1]. */
  cScale: number
  /** Q is brought to [0, 1] by the least and greatest among the siblings, unvisited ones included. */
  rescale: boolean
}

/**
 * sigma(q) = (c_visit + max N) c_scale q of every open edge of a node (equation 8), unvisited edges completed with the mixed value (equation 33).
 * The logits are log P. Values as seen by the player to move at the node.
 */
export function completed(t: AnyTree, p: NodeId, o: GumbelScale): { edges: EdgeId[]; sigma: number[]; logits: number[]; visits: number[] } {
  const { edges, q, logits, visits } = read(t, p)
  const low = Math.min(...q)
  const span = Math.max(...q) - low
  const scale = (o.cVisit + Math.max(0, ...visits)) * o.cScale
  return { edges, sigma: q.map(x => scale * (o.rescale ? (span > 0 ? (x - low) / span : 0) : x)), logits, visits }
}

/**
 * Selection away from the root (equation 14): the edge of greatest pi'(a) - N(a) / (1 + sum N), pi' = softmax(logits + sigma(completed q)), so that
 * the visits come to follow the improved policy. Deterministic but for ties; counts are N + O.
 */
export function gumbelInterior(t: AnyTree, o: GumbelScale): Score {
  let at: NodeId | -1 = -1
  let scores = new Map<EdgeId, number>()
  const compute = (p: NodeId): Map<EdgeId, number> => {
    const { edges, sigma, logits, visits } = completed(t, p, o)
    const improved = softmax(logits.map((l, i) => l + sigma[i]))
    const all = visits.reduce((a, b) => a + b, 0)
    return new Map(edges.map((e, i) => [e, improved[i] - visits[i] / (1 + all)]))
  }
  const score = (e: EdgeId, p: NodeId): number => (p === at ? scores : compute(p)).get(e) ?? Number.NaN
  return Object.assign(score, {
    scan(p: NodeId | -1): void {
      if (p !== -1) scores = compute(p)
      at = p
    },
  })
}

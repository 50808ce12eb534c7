import type { EdgeId, NodeId, Random, Tree } from '../contract/index.ts'
import { betaVariate } from './variates.ts'

type AnyTree = Tree<any, any, any>

/**
 * How much one wants to go on by an edge; the greatest is taken, NaN closes the edge. Any function of (edge, parent) is one; those made here can
 * also say why, and share work among siblings.
 */
export interface Score {
  (e: EdgeId, parent: NodeId): number
  /** Named parts whose sum is the score (of a drawn score: its mean). */
  explain?(e: EdgeId, parent: NodeId): Record<string, number>
  /** Said before a row of siblings is scored, so that what they share is computed once; -1: the row is done. Without it every call computes anew. */
  scan?(parent: NodeId | -1): void
}
/** A score that can say why. */
export interface Explained extends Score {
  explain(e: EdgeId, parent: NodeId): Record<string, number>
}

const explained = (f: (e: EdgeId, p: NodeId) => number, explain: Explained['explain'], scan?: Score['scan']): Explained =>
  Object.assign(f, scan === undefined ? { explain } : { explain, scan })

/** What siblings share: growth of the parent's count, range of the siblings' Q. Kept during a scan, else computed at each call. */
function row(t: AnyTree, minmax: boolean, growth: (count: number) => number) {
  const { N, O, Q } = t
  let at: NodeId | -1 = -1
  const now = { growth: 0, low: 0, span: 0 }
  const read = (p: NodeId) => {
    now.growth = growth(N[p] + O[p])
    if (!minmax) return
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    for (let k = t.first(p); k !== -1; k = t.after(k)) {
      if (N[k] === 0) continue
      if (Q[k] < low) low = Q[k]
      if (Q[k] > high) high = Q[k]
    }
    now.low = low
    now.span = high - low
  }
  return {
    of(p: NodeId) {
      if (p !== at) read(p)
      return now
    },
    scan(p: NodeId | -1) {
      if (p !== -1) read(p)
      at = p
    },
    /** To [0, 1] among the visited siblings; all equal, or none visited: 1/2. */
    scale: (q: number) => (minmax ? (now.span > 0 ? (q - now.low) / now.span : !Number.isNaN(q) ? 0.5 : q) : q),
  }
}

/** ln n, and 0 below 1: a parent that was never backed up has children of equal right. */
const lnCount = (n: number): number => Math.log(Math.max(1, n))

/**
 * UCT (Kocsis and Szepesvári 2006): Q + c sqrt(ln N(p) / N). Counts are N + O, visits and those under way (WU-UCT, arXiv:1810.11755).
 * @param o.c exploration constant, in units of Q (of the siblings' range with `minmax`); UCB1's is sqrt 2
 * @param o.unvisited whole score of an edge with N = 0: a number or one for each edge. Default Infinity; NaN closes it. One with N = 0 whose first
 * visits are under way scores by the formula with what is known (its own Q, else its parent's, else 0), but never above `unvisited`.
 * @param o.norm `minmax` brings Q to [0, 1] by the least and greatest Q among the visited siblings (1/2 where they are equal)
 * @param o.ln instead of ln N(p)
 */
export function uct(
  t: AnyTree,
  o: { c: number; unvisited?: number | ((e: EdgeId) => number); norm?: 'none' | 'minmax'; ln?: (n: number) => number },
): Explained {
  const { N, O, Q } = t
  const { c, unvisited = Number.POSITIVE_INFINITY, ln = lnCount } = o
  const siblings = row(t, o.norm === 'minmax', ln)
  const first = typeof unvisited === 'number' ? () => unvisited : unvisited
  const exploit = (e: EdgeId, p: NodeId): number => {
    const q = Q[e]
    return siblings.scale(!Number.isNaN(q) || N[e] > 0 ? q : !Number.isNaN(Q[p]) ? Q[p] : 0)
  }
  const score = (e: EdgeId, p: NodeId): number => {
    const n = N[e] + O[e]
    const visited = N[e] > 0
    const u = visited ? 0 : first(e)
    if (!visited && (n === 0 || Number.isNaN(u))) return u
    const { growth } = siblings.of(p)
    const s = exploit(e, p) + c * Math.sqrt(growth / n)
    return visited ? s : Math.min(u, s)
  }
  const explain = (e: EdgeId, p: NodeId): Record<string, number> => {
    const s = score(e, p)
    if (N[e] === 0 && (N[e] + O[e] === 0 || s === first(e) || Number.isNaN(s))) return { unvisited: s }
    siblings.of(p)
    const q = exploit(e, p)
    return { exploit: q, explore: s - q }
  }
  return explained(score, explain, siblings.scan)
}

/**
 * PUCT (Silver et al. 2017): Q + c P sqrt(N(p)) / (1 + N); counts are N + O, that of the parent at least 1. With `base` c becomes
 * c + ln((N(p) + base + 1) / base) (AlphaZero, MuZero; base 19652, c 1.25 there).
 * @param o.growth `ln`: sqrt(ln N(p)) instead of sqrt(N(p)) (RethinkMCTS, arXiv:2409.09584)
 * @param o.unvisited Q of an edge with N = 0 (first-play urgency), as it stands, also under `norm`; default 0; NaN closes it
 * @param o.norm as in `uct`
 */
export function puct(
  t: AnyTree,
  o: { c: number; base?: number; growth?: 'sqrt' | 'ln'; unvisited?: number | ((e: EdgeId) => number); norm?: 'none' | 'minmax' },
): Explained {
  const { N, O, Q, P } = t
  const { c, base, unvisited = 0 } = o
  const slow = o.growth === 'ln'
  const first = typeof unvisited === 'number' ? () => unvisited : unvisited
  const siblings = row(t, o.norm === 'minmax', count => {
    const n = Math.max(1, count)
    return (base === undefined ? c : c + Math.log((n + base + 1) / base)) * Math.sqrt(slow ? Math.log(n) : n)
  })
  const exploit = (e: EdgeId): number => (N[e] > 0 ? siblings.scale(Q[e]) : first(e))
  const explore = (e: EdgeId, growth: number): number => (growth * P[e]) / (1 + N[e] + O[e])
  const score = (e: EdgeId, p: NodeId): number => {
    const { growth } = siblings.of(p)
    return exploit(e) + explore(e, growth)
  }
  const explain = (e: EdgeId, p: NodeId): Record<string, number> => {
    const { growth } = siblings.of(p)
    return { exploit: exploit(e), explore: explore(e, growth) }
  }
  return explained(score, explain, siblings.scan)
}

/** A sum of named terms; each is shown on the edge. A term of NaN closes it. */
export function terms(_t: AnyTree, ts: Record<string, Score>): Explained {
  const list = Object.values(ts)
  const names = Object.keys(ts)
  const shared = list.filter(s => s.scan !== undefined)
  const score = (e: EdgeId, p: NodeId): number => {
    let sum = 0
    for (const f of list) sum += f(e, p)
    return sum
  }
  const explain = (e: EdgeId, p: NodeId): Record<string, number> => Object.fromEntries(names.map((n, i) => [n, list[i](e, p)]))
  const scan = (p: NodeId | -1): void => {
    for (const s of shared) s.scan!(p)
  }
  return explained(score, explain, scan)
}

/** A score with some edges closed to it. */
export function unless(score: Score, closed: (e: EdgeId, parent: NodeId) => boolean): Explained {
  const f = (e: EdgeId, p: NodeId): number => (closed(e, p) ? Number.NaN : score(e, p))
  // Of a closed edge, too, one may ask what it would have been worth.
  const explain = (e: EdgeId, p: NodeId): Record<string, number> => {
    const parts = score.explain?.(e, p) ?? { score: score(e, p) }
    return closed(e, p) ? { ...parts, closed: Number.NaN } : parts
  }
  return explained(f, explain, score.scan && (p => score.scan!(p)))
}

/**
 * Virtual loss as a term: how far Q falls if every visit under way returned `loss` (Chaslot et al. 2008). With N = 0 there is no Q to fall.
 * @param o.loss in units of Q, default 0
 */
export function virtualLoss(t: AnyTree, o: { loss?: number } = {}): Explained {
  const { N, O, Q } = t
  const loss = o.loss ?? 0
  const f = (e: EdgeId): number => (O[e] === 0 || N[e] === 0 ? 0 : (O[e] * (loss - Q[e])) / (N[e] + O[e]))
  return explained(f, e => ({ virtualLoss: f(e) }))
}

/**
 * Thompson sampling: a draw from the Beta posterior of an edge's mean return, from W and N under a Beta(alpha, beta) prior; each call draws anew.
 * Visits under way do not enter: the draws spread concurrent simulations by themselves.
 * @param o.range least and greatest return, default [0, 1]; scores are in these units
 */
export function thompson(t: AnyTree, rng: Random, o: { alpha?: number; beta?: number; range?: readonly [number, number] } = {}): Explained {
  const { N, W } = t
  const { alpha = 1, beta = 1, range = [0, 1] } = o
  const span = range[1] - range[0]
  const won = (e: EdgeId): number => Math.min(N[e], Math.max(0, (W[e] - range[0] * N[e]) / span))
  const score = (e: EdgeId): number => range[0] + span * betaVariate(rng, alpha + won(e), beta + N[e] - won(e))
  // The posterior's mean: a draw would be another one each time it is looked at, and would use up random numbers.
  return explained(score, e => ({ posterior: range[0] + (span * (alpha + won(e))) / (alpha + beta + N[e]) }))
}

import type { EdgeId, NodeId, Tree } from '../contract/index.ts'
import { softmax } from './rank.ts'

/** What is known of the actions at one node; arrays of equal length, one entry an action, in tree order. */
export interface Siblings {
  readonly edges: readonly EdgeId[]
  /** Q(s, a); means nothing where visits are 0. */
  readonly q: readonly number[]
  readonly visits: readonly number[]
  /** Of the policy; any constant may be added to all. */
  readonly logits: readonly number[]
  /** Backed-up value of the node, in the sign of the player to move there. */
  readonly value: number
  /** The critic's value of the node, before any search. */
  readonly raw: number
}

/**
 * The open edges below a node as siblings: q from Q, visits from N + O, logits ln P, raw V of the node.
 * @param o.value backed-up value of the node; default: its Q, which is right without rewards, discount and other players
 * @param o.logits column of logits; default ln P
 */
export function siblings(t: Tree<any, any, any>, n: NodeId, o: { value?: number; logits?: { [e: EdgeId]: number } } = {}): Siblings {
  const edges: EdgeId[] = []
  const q: number[] = []
  const visits: number[] = []
  const logits: number[] = []
  for (let e = t.first(n); e !== -1; e = t.after(e)) {
    edges.push(e)
    q.push(t.Q[e])
    visits.push(t.N[e] + t.O[e])
    logits.push(o.logits === undefined ? Math.log(t.P[e]) : o.logits[e])
  }
  return { edges, q, visits, logits, value: o.value ?? t.Q[n], raw: t.V[n] }
}

/** A transform that keeps the order of the Q of visited actions and gives one to those not visited. */
export type QTransform = (s: Siblings) => number[]

/** (q - least) / (greatest - least) of known bounds; unvisited actions get 0. */
export function byMinMax(least: number, greatest: number): QTransform {
  return s => s.q.map((q, a) => (s.visits[a] > 0 ? (q - least) / (greatest - least) : 0))
}

/**
 * To [0, 1] by the least and greatest of the node's value and the visited Q; unvisited actions get 0 (MuZero, arXiv:1911.08265, eq. 5, over one node
 * instead of the whole tree).
 */
export function byParentAndSiblings(o: { epsilon?: number } = {}): QTransform {
  const epsilon = o.epsilon ?? 1e-8
  return s => {
    let low = s.value
    let high = s.value
    s.q.forEach((q, a) => {
      if (s.visits[a] === 0) return
      low = Math.min(low, q)
      high = Math.max(high, q)
    })
    const span = Math.max(high - low, epsilon)
    return s.q.map((q, a) => (s.visits[a] > 0 ? (q - low) / span : 0))
  }
}

/**
 * Value of the node that mixes the critic's with the Q of the visited actions, weighted by the policy: (raw + sum N x sum pi Q / sum pi) / (1 + sum N),
 * inner sums over visited actions (Danihelka et al. 2022, eq. 33).
 */
export function mixedValue(s: Siblings, probabilities: readonly number[] = softmax(s.logits)): number {
  let visits = 0
  let mass = 0
  let weighted = 0
  s.q.forEach((q, a) => {
    if (s.visits[a] === 0) return
    // A visited action may have no probability left; the quotient must not be 0 / 0.
    const p = Math.max(1e-38, probabilities[a])
    visits += s.visits[a]
    mass += p
    weighted += p * q
  })
  return (s.raw + (visits > 0 ? visits * (weighted / mass) : 0)) / (visits + 1)
}

/**
 * Completed Q under sigma (Danihelka et al. 2022, eq. 8 and 10, "Policy improvement by planning with Gumbel"): the unvisited get the mixed value; then all are
 * brought to [0, 1] and multiplied by (maxVisitInit + greatest visit count) x valueScale, to be added to logits.
 * @param o.rescale to [0, 1]; default true @param o.mixed false: unvisited actions get the critic's value
 */
export function completedByMixedValue(
  o: { valueScale?: number; maxVisitInit?: number; rescale?: boolean; mixed?: boolean; epsilon?: number } = {},
): QTransform {
  const { valueScale = 0.1, maxVisitInit = 50, rescale = true, mixed = true, epsilon = 1e-8 } = o
  return s => {
    const value = mixed ? mixedValue(s) : s.raw
    const completed = s.q.map((q, a) => (s.visits[a] > 0 ? q : value))
    let low = 0
    let span = 1
    if (rescale) {
      low = Math.min(...completed)
      span = Math.max(Math.max(...completed) - low, epsilon)
    }
    const scale = (maxVisitInit + Math.max(0, ...s.visits)) * valueScale
    return completed.map(q => (scale * (q - low)) / span)
  }
}

/** softmax(logits + transformed Q): the policy improved by what the search found, the target to train on. */
export const improvedPolicy = (s: Siblings, transformed: readonly number[]): number[] => softmax(s.logits.map((l, a) => l + transformed[a]))

/**
 * Index of the action whose visit brings the visit frequencies nearest to `policy`: argmax policy - N / (1 + sum N) (Danihelka et al. 2022, section 5).
 */
export function nearestToPolicy(policy: readonly number[], visits: readonly number[]): number {
  const sum = visits.reduce((s, n) => s + n, 0)
  let best = 0
  let high = Number.NEGATIVE_INFINITY
  policy.forEach((p, a) => {
    const x = p - visits[a] / (1 + sum)
    if (x > high) {
      best = a
      high = x
    }
  })
  return best
}

// Labels of a finished tree's states, read off what became of them. Values that a search kept while it ran (Q) are no labels: they depend on where it looked.
import type { Column, NodeId, Tree } from '../../contract/index.ts'

/** A number for each node by its id; NaN: nobody knows, and nothing is to be learnt there. */
export type Labels = Float64Array
/** Is this finished state right? null: unfinished, cut off, or never judged. A search that was cut off is unknown, not wrong. */
export type Right = (n: NodeId) => boolean | null

/** By the reward: right from `from` on. A state that the world calls finished without an answer is wrong; one whose step or judgement failed is unknown. */
export const rightByReward =
  (t: Tree<any, any, any>, from = 1): Right =>
  n => {
    if (!t.is(n, 'end') || t.is(n, 'failed')) return null
    if (!Number.isNaN(t.R[n])) return t.R[n] >= from
    const o = t.outcome(n)
    if (o === null) return null
    return o.failed ? false : o.reward === undefined ? null : o.reward >= from
  }

/** Taken nodes with a child after its parent, the root first. Those aside are among them: they were paid for. */
export function taken(t: Tree<any, any, any>): NodeId[] {
  const out: NodeId[] = []
  for (let e = 0; e < t.size; e++) if (t.taken(e as NodeId)) out.push(e as NodeId)
  return out
}
const unknown = (t: Tree<any, any, any>): Labels => new Float64Array(t.size).fill(Number.NaN)

/** Right and wrong ends at and below each node, equal draws counted as often as they were drawn. */
export function endsBelow(t: Tree<any, any, any>, right: Right): { right: Float64Array; wrong: Float64Array } {
  const out = { right: new Float64Array(t.size), wrong: new Float64Array(t.size) }
  for (const n of taken(t).reverse()) {
    const r = right(n)
    if (r !== null) out[r ? 'right' : 'wrong'][n] += Math.max(1, t.M[n] || 1)
    const p = t.parent(n)
    if (p === null) continue
    out.right[p] += out.right[n]
    out.wrong[p] += out.wrong[n]
  }
  return out
}

/** The first end at or below each node that is right (or wrong); -1: there is none. */
export function firstEnd(t: Tree<any, any, any>, right: Right, wanted: boolean): Int32Array {
  const out = new Int32Array(t.size).fill(-1)
  for (const n of taken(t).reverse()) {
    if (right(n) === wanted) out[n] = n
    const p = t.parent(n)
    if (p !== null && out[n] >= 0 && (out[p] < 0 || out[n] < out[p])) out[p] = out[n]
  }
  return out
}

/** Share of the ends below a state that are right (soft Monte Carlo labels; Math-Shepherd, arXiv:2312.08935). */
export function softLabels(t: Tree<any, any, any>, right: Right = rightByReward(t)): Labels {
  const { right: r, wrong: w } = endsBelow(t, right)
  return unknown(t).map((_, n) => (r[n] + w[n] > 0 ? r[n] / (r[n] + w[n]) : Number.NaN))
}

/** 1 where some end below is right, 0 where all known ones are wrong (hard Monte Carlo labels). */
export function hardLabels(t: Tree<any, any, any>, right: Right = rightByReward(t)): Labels {
  const { right: r, wrong: w } = endsBelow(t, right)
  return unknown(t).map((_, n) => (r[n] > 0 ? 1 : w[n] > 0 ? 0 : Number.NaN))
}

/**
 * Quality by reasoning distance (ReST-MCTS*, arXiv:2406.03816, eq. 2 to 4). M counts the steps from a state to the nearest right end, that one included;
 * v = max(0, v_parent + (1 - v_parent) / M) for steps on the way to one, minus for the others, which take the M of the nearest ancestor that has one.
 * The root has 0, a right end 1. Without a right end nothing is labelled; states from which nothing ended are not labelled either.
 */
export function distanceLabels(t: Tree<any, any, any>, right: Right = rightByReward(t)): Labels {
  const out = unknown(t)
  const nodes = taken(t)
  const distance = unknown(t)
  const ends = endsBelow(t, right)
  for (const n of nodes.toReversed()) {
    if (right(n) === true) distance[n] = 1
    const p = t.parent(n)
    if (p !== null && !Number.isNaN(distance[n]) && !(distance[p] <= distance[n] + 1)) distance[p] = distance[n] + 1
  }
  if (Number.isNaN(distance[t.root])) return out
  const M = distance.slice()
  for (const n of nodes) {
    const p = t.parent(n)
    if (p === null) out[n] = 0
    else if (!Number.isNaN(out[p]) && ends.right[n] + ends.wrong[n] > 0) {
      const good = !Number.isNaN(distance[n])
      if (!good) M[n] = M[p]
      out[n] = Math.max(0, out[p] + ((good ? 1 : -1) * (1 - out[p])) / M[n])
    }
  }
  return out
}

/** What a step gained: label of the state less that of the one before (potential differences; PAV, arXiv:2410.08146, with labels in place of a prover). */
export const gains = (t: Tree<any, any, any>, of: Labels | Column): Labels =>
  unknown(t).map((_, n) => {
    const p = t.taken(n as NodeId) ? t.parent(n as NodeId) : null
    return p === null ? Number.NaN : (of as Labels)[n] - (of as Labels)[p]
  })

/**
 * Look-back (MedS3, arXiv:2501.12051): v_n - f (v_parent - v_n), above 0 for a step to be kept. `soft`: where a value lies below both neighbours, the drop is
 * taken from the parent to the best child in its place, for one low estimate between two high ones is the estimate's fault.
 */
export function lookBackLabels(t: Tree<any, any, any>, of: Labels | Column, o: { f?: number; soft?: boolean } = {}): Labels {
  const { f = 1, soft = false } = o
  const v = of as Labels
  return unknown(t).map((_, i) => {
    const n = i as NodeId
    const p = t.taken(n) ? t.parent(n) : null
    if (p === null || Number.isNaN(v[n])) return Number.NaN
    if (Number.isNaN(v[p])) return v[n]
    let drop = v[p] - v[n]
    if (soft) {
      const next = Math.max(
        ...t
          .children(n)
          .map(c => v[c])
          .filter(x => !Number.isNaN(x)),
      )
      if (Number.isFinite(next) && v[n] < v[p] && v[n] < next) drop = v[p] - next
    }
    return v[n] - f * drop
  })
}

/** Labels by name, as commands take them. */
export const labelKinds = {
  distance: (t: Tree<any, any, any>, right?: Right) => distanceLabels(t, right),
  soft: (t: Tree<any, any, any>, right?: Right) => softLabels(t, right),
  hard: (t: Tree<any, any, any>, right?: Right) => hardLabels(t, right),
  'look-back': (t: Tree<any, any, any>, right?: Right) => lookBackLabels(t, softLabels(t, right), { soft: true }),
  q: (t: Tree<any, any, any>) => Float64Array.from({ length: t.size }, (_, n) => t.Q[n as NodeId]),
} as const
export type LabelKind = keyof typeof labelKinds

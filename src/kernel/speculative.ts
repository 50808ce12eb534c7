// Speculative decoding: a small model drafts a tree of tokens, a large one judges it in one pass, and what is said follows the large one's law exactly.
// Recursive rejection over siblings drawn without replacement (Jeon et al. 2024, arXiv:2402.14160); with replacement: SpecInfer (arXiv:2305.09781).
import type { Random } from '../contract/index.ts'
import { type Perturbed, perturbedTopK, stochasticBeam } from './gumbel.ts'

/** How a draft tree is shaped. `iid`: siblings drawn with replacement; `constant`: RSD-C, the top b_l by fresh Gumbels; `beam`: RSD-S, the best `width` of a level. */
export type DraftShape =
  | { readonly kind: 'iid' | 'constant'; readonly branch: readonly number[] }
  | { readonly kind: 'beam'; readonly width: number; readonly length: number }

/** Most nodes of a draft tree of this shape, without the prefix it hangs on. */
export function draftSize(s: DraftShape): number {
  if (s.kind === 'beam') return s.width * s.length
  let level = 1
  let sum = 0
  for (const b of s.branch) {
    level *= b
    sum += level
  }
  return sum
}
export const draftLength = (s: DraftShape): number => (s.kind === 'beam' ? s.length : s.branch.length)

interface DraftNode extends Perturbed {
  readonly parent: number
  readonly token: number
  /** In order of draw: the order in which they are judged. */
  readonly children: number[]
  /** The draft's law of what comes next, as probabilities; only where children were drawn. */
  law: Float64Array | null
}

/** A tree of drafted tokens. Node 0 is the prefix. */
export class DraftTree {
  readonly shape: DraftShape
  readonly #nodes: DraftNode[]
  #level: number[] = [0]
  #depth = 0

  /** @param rng for the perturbed value of the root */
  constructor(shape: DraftShape, rng: Random) {
    this.shape = shape
    this.#nodes = [{ parent: -1, token: -1, children: [], law: null, phi: 0, gumbel: rng.gumbel() }]
  }
  /** Drafted tokens. */
  get size(): number {
    return this.#nodes.length - 1
  }
  /** The nodes to be continued next; empty where the tree is whole. */
  get level(): readonly number[] {
    return this.#depth < draftLength(this.shape) ? this.#level : []
  }
  children(i: number): readonly number[] {
    return this.#nodes[i].children
  }
  token(i: number): number {
    return this.#nodes[i].token
  }
  law(i: number): Float64Array | null {
    return this.#nodes[i].law
  }
  /** Tokens from the prefix to a node, the node's own last. */
  lineage(i: number): number[] {
    const out: number[] = []
    for (let at = i; at > 0; at = this.#nodes[at].parent) out.push(this.#nodes[at].token)
    return out.reverse()
  }

  /**
   * Draws the next level.
   * @param laws the draft's laws, probabilities, after each node of `level`
   * @param ends tokens after which nothing is drafted
   */
  grow(laws: readonly Float64Array[], rng: Random, ends: ReadonlySet<number> = new Set()): void {
    const nodes = this.#nodes
    const level = this.level
    const next: number[] = []
    const add = (parent: number, token: number, at: Perturbed): void => {
      const id = nodes.push({ parent, token, children: [], law: null, phi: at.phi, gumbel: at.gumbel }) - 1
      nodes[parent].children.push(id)
      if (!ends.has(token)) next.push(id)
    }
    level.forEach((n, i) => {
      nodes[n].law = laws[i]
    })
    const { shape } = this
    if (shape.kind === 'beam') {
      const parents = level.map((n, i) => ({ phi: nodes[n].phi, gumbel: nodes[n].gumbel, law: laws[i].map(Math.log) }))
      for (const d of stochasticBeam(parents, shape.width, rng)) add(level[d.parent], d.index, d)
    } else {
      const b = shape.branch[this.#depth]
      level.forEach((n, i) => {
        if (shape.kind === 'constant') for (const d of perturbedTopK(laws[i].map(Math.log), b, rng)) add(n, d.index, d)
        else {
          const weights = Array.from(laws[i])
          for (let k = 0; k < b; k++) add(n, rng.weighted(weights), nodes[n])
        }
      })
    }
    this.#level = next
    this.#depth++
  }
}

/** max(0, q - p), normalised: what is left of the target's law after a draft token was refused. The law itself where nothing is left (q = p). */
export function residual(q: Float64Array, p: Float64Array): Float64Array {
  const out = q.map((x, i) => Math.max(0, x - p[i]))
  const total = out.reduce((a, b) => a + b, 0)
  return total > 0 ? out.map(x => x / total) : q
}

/** A law without one of its tokens, renormalised; all zero where it had no other. */
export function without(p: Float64Array, token: number): Float64Array {
  const out = p.slice()
  out[token] = 0
  const total = out.reduce((a, b) => a + b, 0)
  return total > 0 ? out.map(x => x / total) : out
}

/**
 * Recursive rejection at one place: siblings are taken in the order in which they were drawn, each with min(1, q / p); after a refusal q is the residual of
 * the p before the removal, and p loses the refused token (without replacement) or stays (with). What comes out follows q exactly.
 * @param q the target's law @param p the draft's @param siblings tokens in order of draw
 * @returns which sibling was accepted, -1 for none, and the token that is said
 */
export function recursiveRejection(
  q: Float64Array,
  p: Float64Array,
  siblings: readonly number[],
  rng: Random,
  o: { replacement?: boolean } = {},
): { accepted: number; token: number } {
  for (let k = 0; k < siblings.length; k++) {
    const x = siblings[k]
    if (!(p[x] > 0)) break
    if (rng.next() * p[x] < q[x]) return { accepted: k, token: x }
    q = residual(q, p)
    if (!o.replacement) p = without(p, x)
  }
  return { accepted: -1, token: rng.weighted(Array.from(q)) }
}

/**
 * Judges a draft tree: goes down as long as a child is accepted, and says one more token at the end.
 * @param target the target's laws, probabilities, after every node (0: the prefix)
 * @returns tokens that follow the target's law, one at least; and the nodes gone through, the prefix first
 */
export function verifyDraft(t: DraftTree, target: (node: number) => Float64Array, rng: Random): { tokens: number[]; nodes: number[] } {
  const tokens: number[] = []
  const nodes = [0]
  for (let at = 0; ; ) {
    const kids = t.children(at)
    const law = t.law(at)
    const q = target(at)
    const { accepted, token } = recursiveRejection(
      q,
      law ?? q,
      kids.map(c => t.token(c)),
      rng,
      { replacement: t.shape.kind === 'iid' },
    )
    tokens.push(token)
    if (accepted < 0) return { tokens, nodes }
    at = kids[accepted]
    nodes.push(at)
  }
}

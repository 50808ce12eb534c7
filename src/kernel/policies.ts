import type { Column, NodeId, Random } from '../contract/index.ts'
import { consideredScores, consideredVisits, gumbels } from './halving.ts'
import {
  byParentAndSiblings,
  completedByMixedValue,
  improvedPolicy,
  nearestToPolicy,
  type QTransform,
  type Siblings,
  siblings,
} from './qtransform.ts'
import { softmax } from './rank.ts'
import { FlatTree } from './tree.ts'
import { dirichlet } from './variates.ts'

/** What a policy and value function say of a place. */
export interface Evaluation<E> {
  /** One logit an action; -Infinity: impossible. Their number is that of the root at every place. */
  readonly logits: readonly number[]
  /** Of the place, for the player to move there. */
  readonly value: number
  readonly embedding: E
}
/** A synchronous model of the world, learnt or exact. */
export interface Model<E> {
  readonly root: Evaluation<E>
  /** @returns `discount` multiplies what follows: 1 or less; -1 times that where the other player moves next; 0 at the end. */
  step(embedding: E, action: number): Evaluation<E> & { readonly reward: number; readonly discount: number }
}
export interface PolicyOptions {
  numSimulations: number
  rng: Random
  /** Edges from the root at most; a place at that depth is evaluated again. Default numSimulations. */
  maxDepth?: number
  /** At the root, one entry an action. */
  invalidActions?: readonly boolean[]
  qtransform?: QTransform
}
export interface PolicyOutput<E> {
  action: number
  visitCounts: number[]
  /** Sum 1: a target to train the policy on. */
  actionWeights: number[]
  /** Q(s, a) = R + discount x value of what follows; V raw value; P prior; columns `logit`, `discount` and `value` (of the node, backed up). */
  tree: FlatTree<E, number, never>
}

/** Index of the action to go by. */
type Choose = (s: Siblings, n: NodeId, depth: number) => number

/** The generic search: simulate down to an action not taken, or to maxDepth; evaluate; back up. One simulation after the other. */
class Planner<E> {
  readonly tree: FlatTree<E, number, never>
  readonly #model: Model<E>
  readonly #logit: Column
  readonly #discount: Column
  readonly #value: Column

  constructor(model: Model<E>, logits: readonly number[]) {
    this.#model = model
    this.tree = new FlatTree<E, number, never>(model.root.embedding, { outcome: () => null })
    this.#logit = this.tree.column('logit')
    this.#discount = this.tree.column('discount', 1)
    this.#value = this.tree.column('value')
    const root = this.tree.root
    this.#evaluate(root, { ...model.root, logits })
    this.tree.N[root] = 1
    this.tree.Q[root] = this.tree.W[root] = model.root.value
  }

  siblings(n: NodeId): Siblings {
    return siblings(this.tree, n, { value: this.#value[n], logits: this.#logit })
  }

  run(simulations: number, maxDepth: number, choose: Choose): void {
    for (let i = 0; i < simulations; i++) this.#simulate(maxDepth, choose)
  }

  #simulate(maxDepth: number, choose: Choose): void {
    const { tree } = this
    let n = tree.root
    for (let depth = 0; ; depth++) {
      const s = this.siblings(n)
      const e = s.edges[choose(s, n, depth)]
      if (tree.taken(e) && depth + 1 < maxDepth) {
        n = e
        continue
      }
      const step = this.#model.step(tree.state(n), tree.action(e))
      tree.R[e] = step.reward
      this.#discount[e] = step.discount
      const leaf = tree.taken(e) ? e : tree.take(e, step.embedding)
      this.#evaluate(leaf, step)
      this.#backup(leaf)
      return
    }
  }

  #evaluate(n: NodeId, at: Evaluation<E>): void {
    const { tree } = this
    tree.V[n] = this.#value[n] = at.value
    const p = softmax(at.logits)
    for (let a = 0; a < at.logits.length; a++) {
      const e = tree.edge(n, a, String(a), { rank: a })
      tree.P[e] = p[a]
      this.#logit[e] = at.logits[a]
    }
  }

  /** Return G <- reward + discount x G up the path; a node's value is the mean of its own evaluation and of what came through it. */
  #backup(leaf: NodeId): void {
    const { tree } = this
    const value = this.#value
    let g = value[leaf]
    for (let e: NodeId = leaf; e !== tree.root; ) {
      const parent = tree.parent(e)!
      g = tree.R[e] + this.#discount[e] * g
      tree.N[e] += 1
      tree.W[e] += g
      tree.Q[e] = tree.R[e] + this.#discount[e] * value[e]
      value[parent] = (value[parent] * tree.N[parent] + g) / (tree.N[parent] + 1)
      e = parent
    }
    const root = tree.root
    tree.N[root] += 1
    tree.W[root] += g
    tree.Q[root] = value[root]
  }
}

/** Index of the greatest entry, the first of equals; 0 where all are -Infinity. */
const first = (xs: readonly number[]): number => xs.reduce((best, x, a) => (x > xs[best] ? a : best), 0)
const mask = (xs: readonly number[], invalid?: readonly boolean[]): number[] =>
  xs.map((x, a) => (invalid?.[a] ? Number.NEGATIVE_INFINITY : x))

function check<E>(model: Model<E>, o: PolicyOptions): void {
  const n = model.root.logits.length
  if (n === 0) throw new RangeError('policy: expected at least one action at the root, found none')
  if (o.invalidActions !== undefined && o.invalidActions.length !== n)
    throw new RangeError(`policy: expected ${n} entries of invalidActions, found ${o.invalidActions.length}`)
}

/**
 * MuZero's policy (Schrittwieser et al. 2020, arXiv:1911.08265, appendix B): PUCT over transformed Q, Dirichlet noise at the root, the action drawn from
 * the visit counts.
 * @param o.pbCInit c1 @param o.pbCBase c2 @param o.dirichletFraction share of noise in the root's prior, 0 to 1
 * @param o.temperature of the draw: visits^(1 / temperature); 0 takes the most visited
 */
export function muzeroPolicy<E>(
  model: Model<E>,
  o: PolicyOptions & { pbCInit?: number; pbCBase?: number; dirichletFraction?: number; dirichletAlpha?: number; temperature?: number },
): PolicyOutput<E> {
  check(model, o)
  const {
    rng,
    invalidActions: invalid,
    pbCInit = 1.25,
    pbCBase = 19652,
    dirichletFraction = 0.25,
    dirichletAlpha = 0.3,
    temperature = 1,
  } = o
  const transform = o.qtransform ?? byParentAndSiblings()
  const actions = model.root.logits.length
  const noise = dirichletFraction > 0 ? dirichlet(rng, dirichletAlpha, actions) : new Array<number>(actions).fill(0)
  const noisy = softmax(model.root.logits).map((p, a) => Math.log((1 - dirichletFraction) * p + dirichletFraction * noise[a]))
  const planner = new Planner(model, mask(noisy, invalid))
  const { tree } = planner
  planner.run(o.numSimulations, o.maxDepth ?? o.numSimulations, (s, n, depth) => {
    const visits = tree.N[n]
    const c = pbCInit + Math.log((visits + pbCBase + 1) / pbCBase)
    const q = transform(s)
    // A trace of noise breaks ties.
    const score = s.edges.map((e, a) => q[a] + (Math.sqrt(visits) * c * tree.P[e]) / (s.visits[a] + 1) + 1e-7 * rng.next())
    return first(depth === 0 ? mask(score, invalid) : score)
  })
  const visitCounts = [...planner.siblings(tree.root).visits]
  const total = visitCounts.reduce((s, n) => s + n, 0)
  const actionWeights = visitCounts.map(n => (total > 0 ? n / total : 1 / actions))
  const action = rng.weighted(softmax(actionWeights.map(Math.log), temperature))
  return { action, visitCounts, actionWeights, tree }
}

/**
 * Full Gumbel MuZero's policy (Danihelka et al. 2022, "Policy improvement by planning with Gumbel"): at the root sequential halving over actions drawn
 * without replacement, below it the action that brings visit frequencies nearest to the improved policy. The improvement holds for any number
 * of simulations.
 * @param o.maxNumConsideredActions drawn at the root, default 16 @param o.gumbelScale 0: no noise (evaluation in games of perfect information)
 */
export function gumbelMuzeroPolicy<E>(
  model: Model<E>,
  o: PolicyOptions & { maxNumConsideredActions?: number; gumbelScale?: number },
): PolicyOutput<E> {
  check(model, o)
  const { rng, invalidActions: invalid } = o
  const transform = o.qtransform ?? completedByMixedValue()
  const rootLogits = mask(model.root.logits, invalid)
  const gumbel = gumbels(rng, rootLogits.length, o.gumbelScale ?? 1)
  const valid = rootLogits.length - (invalid?.filter(x => x).length ?? 0)
  const schedule = consideredVisits(Math.min(o.maxNumConsideredActions ?? 16, valid), o.numSimulations)
  const planner = new Planner(model, rootLogits)
  const atRoot = (s: Siblings, visit: number): number =>
    first(mask(consideredScores(visit, { gumbel, logits: s.logits, q: transform(s), visits: s.visits }), invalid))
  let simulation = 0
  planner.run(o.numSimulations, o.maxDepth ?? o.numSimulations, (s, _n, depth) =>
    depth === 0 ? atRoot(s, schedule[simulation++]) : nearestToPolicy(improvedPolicy(s, transform(s)), s.visits),
  )
  const s = planner.siblings(planner.tree.root)
  const visitCounts = [...s.visits]
  const action = atRoot(s, Math.max(...visitCounts))
  return { action, visitCounts, actionWeights: improvedPolicy(s, transform(s)), tree: planner.tree }
}

// TAXONS and SERENE: novelty in a learned space of behaviours, and emitters wherever something was rewarded.
import { behaviour, Descriptors, Emitter, type Varied, variation } from '../compose/index.ts'
import type { NodeId, Policy } from '../contract/index.ts'
import { argmax, euclidean, paretoFront, telling, top } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Paolo's thesis: exploration by novelty where almost nothing is rewarded, exploitation wherever something was.
 *
 * 1. Behaviour of a solution: its observation in the code of a linear autoencoder (`features` numbers; principal components are its optimum, so there is
 *    no training to tune), or with 0 features the observation itself. Surprise: the error of putting it together again.
 * 2. Novelty: mean distance to the k nearest of the population, its offspring and the archive. Each generation selects the population, and `lambda` for
 *    the archive, by novelty or (TAXONS, by a coin) by surprise.
 * 3. Every `period` generations the code is learned anew from archive and population; codes are worked out when they are compared, so no old one is left.
 * 4. SERENE: chunks of `chunk` evaluations alternate. Exploration as above, novelty against archive and rewarded ones alike; whatever is rewarded above
 *    `threshold` becomes a candidate for an emitter.
 * 5. Exploitation: candidates, the most novel against the rewarded ones first, start emitters on up to two thirds of the chunk; kept is what improves. Then
 *    emitters drawn from the Pareto front of novelty and improvement run until the chunk ends or they stagnate.
 * 6. What an emitter finds enters the rewarded archive where it beats its best so far; what it found novel enters the novelty archive when it ends.
 *
 * Traps: bootstrapping is part of the chunk. A reward that is above `threshold` everywhere makes everybody a candidate. Steps of emitters follow the distance
 * to the other rewarded solutions where designs have genomes, else `emitterScale`.
 */
export const taxonsSerene = method({
  id: 'taxons-serene',
  version: 1,
  paper: {
    title: 'Learning in Sparse Rewards settings through Quality-Diversity algorithms',
    id: 'arXiv:2203.01027',
    dossier: 'taxons-serene',
  },
  slot: 'search',
  knobs: {
    pop: { default: 100, min: 1, max: 100_000, doc: 'population' },
    share: { default: 0.25, min: 0, max: 1, doc: 'the first population ends where so much of the budget is gone; 1: all of it' },
    offspring: { default: 2, min: 1, max: 1000, doc: 'children of each parent' },
    k: { default: 15, min: 1, max: 10_000, doc: 'neighbours that novelty looks at' },
    lambda: { default: 5, min: 0, max: 10_000, doc: 'solutions added to the archive in a generation, and at the end of an emitter' },
    scale: { default: 1, min: 0, max: 1000, doc: "mutation scale, in units of the operator's own" },
    chunk: { default: 1000, min: 1, max: 10_000_000, doc: 'evaluations before exploring and exploiting change places' },
    evaluations: { default: 500_000, min: 1, max: 100_000_000, doc: 'most evaluations in all' },
    features: { default: 10, min: 0, max: 1000, doc: 'numbers in the code of a behaviour; 0: the raw observation' },
    period: { default: 30, min: 1, max: 100_000, doc: 'generations between two learnings of the code' },
    surprise: { default: 0.5, min: 0, max: 1, doc: 'share of the generations that select by surprise; 0: novelty alone' },
    emitters: { default: true, doc: 'false: exploration alone (TAXONS, or novelty search)' },
    emitterPop: { default: 6, min: 1, max: 1000, doc: 'solutions of an emitter, and children in each of its generations' },
    bootstrap: { default: 5, min: 1, max: 1000, doc: 'generations after which an emitter is kept or let go' },
    emitterScale: {
      default: 0.5,
      min: 0,
      max: 1000,
      doc: "an emitter's mutation scale where no distance to other rewarded ones says better",
    },
    threshold: { default: 0, min: -1e9, max: 1e9, doc: 'rewarded is what has a reward above this' },
    steps: { default: 64, min: 1, max: 10_000, doc: 'most steps of an attempt, where solutions are made of steps' },
    untilSolved: { default: true, doc: 'stop at a verified answer; false: go on, for other regions' },
  },
  presets: { published: { untilSolved: false, share: 1 } },
  parts: { create: undefined as Policy<any, any, Varied> | undefined, vary: undefined as Policy<any, any, Varied> | undefined },
  needs: ['policy', 'reward'],
  async run(s, k, { create, vary }) {
    const t = s.tree
    const { R } = t
    const bred = variation(s, { create, vary, steps: k.steps, untilSolved: k.untilSolved })
    const seen = new Descriptors(behaviour(s).observe, k.features) // 1
    const archive: NodeId[] = []
    const rewarded: NodeId[] = []
    const candidates: NodeId[] = []
    const emitters: Emitter[] = []
    const paid = (n: NodeId) => k.emitters && R[n] > k.threshold
    const known = (n: NodeId) => !Number.isNaN(R[n])
    let [made, generation] = [0, 0]
    const over = () => made >= k.evaluations || bred.fruitless > 4 * k.pop
    const breed = async (parents: readonly NodeId[], each: number, scale: number): Promise<NodeId[]> => {
      const from = parents.flatMap(p => new Array<NodeId>(each).fill(p)).slice(0, k.evaluations - made)
      const first = made
      made += from.length
      const kids = (await Promise.all(from.map((p, i) => bred.vary([p], s.random('vary', first + i), scale)))).flat()
      return [...new Set(kids)].filter(known)
    }
    const explore = async (until: number) => {
      while (made < until && !over()) {
        const kids = await breed(population, k.offspring, k.scale)
        const all = [...new Set([...population, ...kids])]
        const bySurprise = generation > 0 && s.random('criterion', generation).next() < k.surprise
        const among = [...all, ...archive, ...rewarded]
        const rate = telling(t, bySurprise ? 'surprise' : 'novelty', (n: NodeId) =>
          bySurprise ? seen.surprise(n) : seen.novelty(n, among, k.k),
        )
        const worth = new Map(all.map(n => [n, rate(n)])) // 2
        const found = kids.filter(n => paid(n) && !rewarded.includes(n))
        candidates.push(...found)
        rewarded.push(...found)
        archive.push(...top(kids, k.lambda, n => worth.get(n)!).filter(n => !archive.includes(n)))
        population = top(all, k.pop, n => worth.get(n)!)
        if (++generation % k.period === 0) seen.learn([...archive, ...population], s.random('code', generation)) // 3
      }
    }
    const stepOf = (n: NodeId): number => {
      const genome = s.world.design?.genome
      if (genome === undefined) return k.emitterScale
      const others = rewarded.filter(m => m !== n).map(m => euclidean(genome(t.state(m)), genome(t.state(n))))
      return Math.min(k.emitterScale, ...others.filter(d => d > 0).map(d => d / 3))
    }
    const emit = async (e: Emitter) => {
      const kids = await breed(e.parents, 1, e.scale)
      rewarded.push(...e.take(kids, n => seen.novelty(n, [...archive, ...rewarded], k.k)).filter(n => paid(n) && !rewarded.includes(n))) // 6
    }
    const exploit = async (until: number) => {
      const third = until - k.chunk / 3
      while (candidates.length > 0 && made < third && !over()) {
        const c = argmax(candidates, n => seen.novelty(n, rewarded, k.k))! // 5
        candidates.splice(candidates.indexOf(c), 1)
        const scale = stepOf(c)
        const first = await breed(new Array<NodeId>(k.emitterPop).fill(c), 1, scale)
        const e = new Emitter([c, ...first], { reward: n => R[n], pop: k.emitterPop, scale })
        for (let g = 0; g < k.bootstrap && !over(); g++) await emit(e)
        if (e.improvement > 0) emitters.push(e)
      }
      while (emitters.length > 0 && made < until && !over()) {
        const front = paretoFront(emitters, e => [seen.novelty(e.parents[0], rewarded, k.k), e.improvement])
        const e = s.random('emitter', made).pick(front)
        const window = Math.ceil((20 * (s.world.design?.genome?.(t.state(e.parents[0])).length ?? 1)) / k.emitterPop) + 120
        while (made < until && !over() && !e.stagnates(window)) await emit(e)
        if (!e.stagnates(window)) continue
        emitters.splice(emitters.indexOf(e), 1)
        archive.push(...top(e.novel, k.lambda, n => seen.novelty(n, archive, k.k)).filter(n => !archive.includes(n)))
      }
    }

    let population = (await bred.create(Math.min(k.pop, k.evaluations), s.random('create'), k.share)).filter(known)
    made = Math.min(k.pop, k.evaluations)
    if (population.length === 0) return
    seen.learn(population, s.random('code', 0))
    candidates.push(...population.filter(paid))
    rewarded.push(...candidates)
    while (!over()) {
      await explore(made + k.chunk) // 4
      if (k.emitters) await exploit(made + k.chunk)
    }
  },
})

import type { NodeId, Policy, Random, Search } from '../contract/index.ts'
import { canonical } from '../kernel/index.ts'
import { attempts } from './attempts.ts'
import { finish } from './finish.ts'

/** So many tries of which nothing could be read, and there will be no more. */
const patience = 16

/** What a variation operator is told beside its parents. */
export interface Varied {
  /** Where its chances come from, so that it replays. */
  readonly random: Random
  /** Step size; 1 is the operator's own. */
  readonly scale: number
}
/** Makes whole solutions, and others of those. All of them are nodes with their reward; a child's parents are its lineage. */
export interface Variation {
  /** So many to begin with, in rounds each as large as all before it together; fewer where the policy gives fewer, or `share` of the budget is gone. */
  create(n: number, random: Random, share?: number): Promise<NodeId[]>
  /** Others of these: one, more where it passes several answers on its way, none where nothing could be read. */
  vary(parents: readonly NodeId[], random: Random, scale?: number): Promise<NodeId[]>
  /** Variations in a row that brought no answer that was not there before. */
  readonly fruitless: number
}

/**
 * Variation in any world. In this order:
 * 1. the operators that are given;
 * 2. the world's `design`: created at random, mutated, crossed over; no model is asked;
 * 3. where an answer is open, the policy goes on from it (a prompt, a program: rewritten);
 * 4. else a solution is grown anew, step by step, from a random place on its way: what lies before that place is what is inherited.
 *
 * @param o.create,o.vary operators, told `Varied` @param o.untilSolved as for `finish`
 */
export function variation<S, A, Ans>(
  s: Search<S, A, Ans>,
  o: { create?: Policy<S, A, Varied> | undefined; vary?: Policy<S, A, Varied> | undefined; steps?: number; untilSolved?: boolean } = {},
): Variation {
  const t = s.tree
  const { design } = s.world
  const solution = { ...o, sampling: { grain: 'step' as const } }
  const made: { create?: Policy<S, A, Varied> | undefined; vary?: Policy<S, A, Varied> | undefined } = {
    create: o.create ?? (design && operator('create', (from, r) => design.create(r, from[0]))),
    vary: o.vary ?? (design && operator('vary', (parents, r, scale) => design.vary(parents, r, scale))),
  }
  const answers = new Set<string>()
  let fruitless = 0
  const judged = async (nodes: NodeId[]): Promise<NodeId[]> => {
    await finish(s, nodes, o)
    return nodes
  }
  const counted = (nodes: NodeId[]): NodeId[] => {
    const had = answers.size
    for (const n of nodes) {
      const answer = t.outcome(n)
      if (answer !== null) answers.add(answer.key ?? canonical(answer.answer))
    }
    fruitless = answers.size > had ? 0 : fruitless + 1
    return nodes
  }
  const regrow = async (n: NodeId, random: Random): Promise<NodeId[]> => {
    const way = t.path(n).filter(m => !t.is(m, 'end'))
    return attempts(s, 1, { ...solution, from: random.pick(way.length > 0 ? way : [t.root]) })
  }
  const round = async (n: number, random: Random): Promise<NodeId[]> => {
    if (made.create === undefined) {
      const ends = await attempts(s, n, solution)
      return [...ends, ...t.answers().filter(m => !t.is(m, 'end'))]
    }
    // One by one, so that those the budget covers are judged.
    const one = async () => judged(await s.expand(t.root, { n: 1, by: made.create!, input: { random, scale: 1 } }))
    return (await Promise.all(Array.from({ length: n }, one))).flat()
  }
  return {
    get fruitless() {
      return fruitless
    },
    async create(n, random, share = 1) {
      const before = s.budget.ratio()
      const all = new Set<NodeId>()
      for (let tried = 0; tried < n && before - s.budget.ratio() < share; ) {
        const size = Math.min(Math.max(1, tried), n - tried)
        for (const m of await round(size, random)) all.add(m)
        tried += size
        if (tried >= patience && all.size === 0) break
      }
      return counted([...all])
    },
    async vary(parents, random, scale = 1) {
      if (made.vary !== undefined) return counted(await judged(await s.expand(parents, { n: 1, by: made.vary, input: { random, scale } })))
      return counted(t.is(parents[0], 'end') ? await regrow(parents[0], random) : await judged(await s.expand(parents, { n: 1 })))
    },
  }
}

/** A policy that asks nobody. */
const operator = <S, A>(id: string, make: (parents: readonly S[], r: Random, scale: number) => A): Policy<S, A, Varied> => ({
  id,
  async propose(from, { n, input }) {
    const parents = from.map(c => c.state)
    return { draws: Array.from({ length: n }, () => ({ action: make(parents, input.random, input.scale) })) }
  },
})

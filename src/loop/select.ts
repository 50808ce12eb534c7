// Which problems a round is spent on. MoPPS (arXiv:2507.04632): a belief about each problem's success, kept from the searches that were made anyway.
import type { Random } from '../contract/index.ts'
import { AddressedRandom, betaVariate } from '../kernel/index.ts'
import { type Curriculum, opened, successTarget } from './curriculum.ts'
import { byPcl, type ReadPrompts } from './pcl.ts'
import { answersOf, type Harvest } from './spec.ts'

/** Beta(a, b) of each problem that was searched; of others Beta(1, 1). */
export type Beliefs = Record<string, [a: number, b: number]>

/**
 * All problems, those first whose success, drawn from its belief, is nearest to the target: where about half succeeds, answers differ and there is something to
 * learn. Drawn, not the mean: so a wrong early belief is tried again (Thompson sampling).
 */
export function byMopps<T extends { id: string }>(problems: readonly T[], beliefs: Beliefs, random: Random, target = 0.5): T[] {
  return problems
    .map(problem => {
      const [a, b] = beliefs[problem.id] ?? [1, 1]
      return { problem, far: (betaVariate(random, a, b) - target) ** 2 }
    })
    .sort((x, y) => x.far - y.far)
    .map(x => x.problem)
}

/** Beliefs after a round: a' = lambda a + (1 - lambda) + right, b' likewise with wrong; of those that were searched only. lambda below 1 forgets older policies. */
export function believed(before: Beliefs, trees: readonly Harvest[], lambda = 0.5): Beliefs {
  const out = { ...before }
  for (const h of trees) {
    const { name } = h
    const { right: good, wrong: bad } = answersOf(h)
    const [a, b] = out[name] ?? [1, 1]
    out[name] = [lambda * a + (1 - lambda) + good, lambda * b + (1 - lambda) + bad]
  }
  return out
}

export const selections = ['order', 'mopps', 'pcl'] as const
export type Select = (typeof selections)[number]
/** Problems in the pool, for each that a round can search. */
const poolSize = 4

/**
 * The problems of a round, those to be searched first in front.
 * @param o.rank where each stands, easiest first, for the curriculum that opens the world @param o.m how many a round can search @param o.prompts for PCL
 */
export function chooseProblems<T extends { id: string; task: unknown }>(
  problems: readonly T[],
  o: {
    select: Select
    curriculum?: Curriculum | undefined
    seed: number
    round: number
    beliefs: Beliefs
    prompts: ReadPrompts | null
    rank: ReadonlyMap<string, number> | null
    m: number
  },
): T[] {
  const open = o.rank === null ? [...problems] : opened(problems, o.rank, o.round)
  const random = new AddressedRandom(o.seed, o.round, 0, 'loop problems')
  const target = o.curriculum === 'success' ? successTarget(o.round) : 0.5
  if (o.select === 'mopps') return byMopps(open, o.beliefs, random, target)
  if (o.prompts !== null) return byPcl(open, o.prompts, { pool: poolSize * o.m, random, target })
  // Others each time, as long as there are any.
  const known = (p: T): number => Number(o.beliefs[p.id] !== undefined)
  return open.sort((a, b) => known(a) - known(b))
}

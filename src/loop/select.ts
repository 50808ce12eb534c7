// Which problems a round is spent on. MoPPS (arXiv:2507.04632): a belief about each problem's success, kept from the searches that were made anyway.
import type { Random } from '../contract/index.ts'
import { betaVariate } from '../kernel/index.ts'
import type { Harvest } from './spec.ts'

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
  for (const { name, tree, right } of trees) {
    let [good, bad] = [0, 0]
    for (const n of tree.nodes()) {
      const r = right(n)
      const times = Math.max(1, tree.M[n] || 1)
      if (r === true) good += times
      else if (r === false) bad += times
    }
    const [a, b] = out[name] ?? [1, 1]
    out[name] = [lambda * a + (1 - lambda) + good, lambda * b + (1 - lambda) + bad]
  }
  return out
}

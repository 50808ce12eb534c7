import type { NodeId, Tree } from '../contract/index.ts'
import { type Ballot, canonical } from '../kernel/index.ts'

/** One ballot for each attempt: an answer that m attempts reached has m. @param weight of an end's ballots, default 1 */
export function ballots<Ans>(t: Tree<any, any, Ans>, weight: (n: NodeId) => number = () => 1): Ballot<Ans>[] {
  return t.answers().flatMap(n => {
    const { answer, key } = t.outcome(n)!
    const one: Ballot<Ans> = { answer, key, score: weight(n), node: n }
    return Array.from({ length: t.M[n] }, () => one)
  })
}

/** How often each answer came, in the order of the tree; answers of equal keys are one. */
export function tally<Ans>(xs: readonly Ballot<Ans>[]): number[] {
  const counts = new Map<string, number>()
  for (const x of xs) {
    const key = x.key ?? canonical(x.answer)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return [...counts.values()]
}

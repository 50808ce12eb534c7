import type { Draw, NodeId, Tree } from '../contract/index.ts'
import { type Ballot, canonical } from '../kernel/index.ts'

/** One ballot for each attempt: an answer that m attempts reached has m. @param weight of an end's ballots, default 1 */
export function ballots<Ans>(t: Tree<any, any, Ans>, weight: (n: NodeId) => number = () => 1): Ballot<Ans>[] {
  return t.answers().flatMap(n => {
    const { answer, key, group } = t.outcome(n)!
    const one: Ballot<Ans> = { answer, key, group, score: weight(n), node: n }
    return Array.from({ length: t.M[n] }, () => one)
  })
}

/** One ballot for each attempt, scored by what was written on its way. @param score of an attempt, given as one draw; NaN: unknown */
export function writtenBallots<Ans>(t: Tree<any, any, Ans>, score: (d: Draw<any>, n: NodeId, index: number) => number): Ballot<Ans>[] {
  return t.answers().flatMap(n => {
    const { answer, key, group } = t.outcome(n)!
    return Array.from({ length: t.M[n] }, (_, i) => ({ answer, key, group, score: score(attemptAt(t, n, i), n, i), node: n }))
  })
}

/**
 * All that was written on the way to a node, as one draw: the i-th draw of the last step, the first of those before it (equal beginnings are one path).
 * Its tokens are those of all steps, and missing where one step has none.
 */
export function attemptAt<A>(t: Tree<any, A, any>, n: NodeId, i = 0): Draw<A> {
  const path = t.path(n).slice(1)
  const drawn = path.map(e => t.draws(e)[e === n ? i : 0])
  const text = path.map((e, d) => drawn[d]?.text?.trim() ?? JSON.stringify(t.action(e)) ?? '').join('\n')
  const whole: Draw<A> = { action: t.action(n), text }
  if (path.length === 0 || drawn.some(d => d?.tokens === undefined)) return whole
  return { ...whole, tokens: drawn.flatMap(d => d!.tokens!) }
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

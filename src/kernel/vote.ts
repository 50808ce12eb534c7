import type { Answer, NodeId } from '../contract/index.ts'
import { canonical } from './hash.ts'

/** An answer found, with a score (NaN: unknown) and the node it stands on. */
export interface Ballot<Ans> {
  answer: Ans
  /** Equal keys, equal answers; default: the answer's canonical JSON. */
  key?: string | undefined
  /** Votes are cast for groups first. Default: all are of one. */
  group?: string | undefined
  score: number
  node: NodeId
}

/**
 * The answer that most speaks for.
 *
 * | mode | an answer gets |
 * |---|---|
 * | majority | one vote from each ballot (self-consistency, arXiv:2203.11171) |
 * | weighted | the score of each of its ballots; unknown counts 0 |
 * | borda | (N - r + 1)^p from its ballot of rank r among N (arXiv:2502.18581); equal scores share their mean rank, unknown ones are last |
 * | best | the greatest of its scores; unknown never wins |
 *
 * Ballots of several groups: the same vote is held over the groups, and then over the answers of the one that won (not with `best`).
 * Between answers with equal votes the greater sum of scores decides (`ties: 'best'`: the greatest single score), then the first met.
 * @param o.p exponent of borda, default 1; 0 is majority, Infinity the best single ballot
 * @param o.same which answers are equal; default: those of equal keys. It is asked against the first answer of each group.
 * @returns null for no ballots, or where `best` finds no known score. `value` is the answer of the group's best ballot, `nodes` are the group's,
 * best first, each once; `score` is the votes.
 */
export function vote<Ans>(
  xs: readonly Ballot<Ans>[],
  o: { mode: 'majority' | 'weighted' | 'borda' | 'best'; p?: number; ties?: 'sum' | 'best'; same?(a: Ans, b: Ans): boolean },
): Answer<Ans> | null {
  const first = xs[0]?.group
  if (o.mode !== 'best' && xs.some(x => x.group !== first)) {
    const of = (x: Ballot<Ans>): string => x.group ?? ''
    const won = vote(
      xs.map(x => ({ answer: of(x), score: x.score, node: x.node })),
      { mode: o.mode, ...(o.p === undefined ? {} : { p: o.p }), ...(o.ties === undefined ? {} : { ties: o.ties }) },
    )
    return vote(
      xs.filter(x => of(x) === won?.value).map(x => ({ ...x, group: undefined })),
      o,
    )
  }
  const votes = votesOf(xs, o.mode, o.p ?? 1)
  let winner: Group<Ans> | null = null
  const over = (a: Group<Ans>, b: Group<Ans>): boolean => (o.ties === 'best' ? order(a.best, b.best) < 0 : a.sum > b.sum)
  for (const g of groups(xs, o.same)) {
    if (o.mode === 'best') g.votes = Number.NaN
    for (const i of g.members) {
      const v = votes[i]
      g.votes = o.mode === 'best' ? (v <= g.votes || Number.isNaN(v) ? g.votes : v) : g.votes + v
      const x = xs[i].score
      if (Number.isNaN(x)) continue
      g.sum += x
      if (!(x <= g.best)) g.best = x
    }
    if (Number.isNaN(g.votes)) continue
    if (winner === null || g.votes > winner.votes || (g.votes === winner.votes && over(g, winner))) winner = g
  }
  if (winner === null) return null
  const ranked = winner.members.map(i => xs[i]).sort((a, b) => order(a.score, b.score))
  return { value: ranked[0].answer, nodes: [...new Set(ranked.map(x => x.node))], score: winner.votes }
}

interface Group<Ans> {
  first: Ans
  members: number[]
  votes: number
  /** Of the known scores: their sum, and the greatest (NaN: none is known). */
  sum: number
  best: number
}

/** Descending; unknown last. */
const order = (a: number, b: number): number =>
  a > b || (!Number.isNaN(a) && Number.isNaN(b)) ? -1 : a < b || (Number.isNaN(a) && !Number.isNaN(b)) ? 1 : 0

function votesOf(xs: readonly Ballot<unknown>[], mode: string, p: number): number[] {
  if (mode === 'majority') return xs.map(() => 1)
  if (mode === 'weighted') return xs.map(x => (!Number.isNaN(x.score) ? x.score : 0))
  if (mode === 'best') return xs.map(x => x.score)
  const n = xs.length
  const ranked = xs.map((_, i) => i).sort((i, j) => order(xs[i].score, xs[j].score))
  const votes = new Array<number>(n)
  for (let from = 0; from < n; ) {
    let to = from + 1
    while (to < n && order(xs[ranked[from]].score, xs[ranked[to]].score) === 0) to++
    const rank = (from + 1 + to) / 2
    // Infinite p: only the best have a say.
    for (let k = from; k < to; k++) votes[ranked[k]] = p === Number.POSITIVE_INFINITY ? (from === 0 ? 1 : 0) : (n - rank + 1) ** p
    from = to
  }
  return votes
}

function groups<Ans>(xs: readonly Ballot<Ans>[], same?: (a: Ans, b: Ans) => boolean): Group<Ans>[] {
  const out: Group<Ans>[] = []
  const byKey = new Map<string, Group<Ans>>()
  xs.forEach((x, i) => {
    const key = same === undefined ? (x.key ?? canonical(x.answer)) : ''
    const found = same === undefined ? byKey.get(key) : out.find(g => same(g.first, x.answer))
    if (found !== undefined) {
      found.members.push(i)
      return
    }
    const g = { first: x.answer, members: [i], votes: 0, sum: 0, best: Number.NaN }
    out.push(g)
    byKey.set(key, g)
  })
  return out
}

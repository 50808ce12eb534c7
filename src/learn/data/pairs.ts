// Preference pairs out of a tree: which step was better than which.
import type { NodeId } from '../../contract/index.ts'
import { average, editDistance } from '../../kernel/index.ts'
import type { Preference, Source } from './example.ts'
import { endsBelow, firstEnd, type Labels, type Right, rightByReward, softLabels, taken } from './labels.ts'
import type { Teller } from './teller.ts'

export interface PairOptions {
  /** siblings: children of one node by label. success: each step on the way to a right answer against its siblings (TP-LLaMA, arXiv:2406.07115). checkpoint: what led
   *  from a state to a right end against what led to a wrong one. answers: whole right answers against whole wrong ones. */
  kind?: 'siblings' | 'success' | 'checkpoint' | 'answers'
  /** What siblings are ordered by. Default: the share of right ends below. */
  labels?: Labels
  right?: Right
  /** Least difference of the labels. Default 0: any. */
  margin?: number
  /** Both were visited so often. Default 0. */
  minVisits?: number
  /** Least share of words that differ: texts that are nearly alike teach noise. Default 0. */
  minEdit?: number
  /** Only where a right and a wrong end lie below the parent: a difference that was seen, not estimated. */
  bothOutcomes?: boolean
  /** success: only siblings below which something ended; of others nobody knows that they fail. Default false. */
  seen?: boolean
  /** best: the best child against the worst. all: every ordered pair of siblings. Default best. */
  scope?: 'best' | 'all'
  /** At most so many of a tree; those of greatest margin stay. Default: all. */
  most?: number
  source?: Omit<Source, 'node'>
}

/** Share of words that must be changed to make b of a, from 0 to 1: edit distance over words, by the longer length. */
export function editShare(a: string, b: string): number {
  const [x, y] = [a.split(/\s+/), b.split(/\s+/)]
  return editDistance(x, y) / Math.max(x.length, y.length)
}

/** Pairs of a tree, in tree order; with `most`, by margin. */
export function pairsOf(teller: Teller, o: PairOptions = {}): Preference[] {
  const t = teller.tree
  const { kind = 'siblings', right = rightByReward(t), margin = 0, minVisits = 0, minEdit = 0, scope = 'best' } = o
  const labels = o.labels ?? softLabels(t, right)
  const ends = endsBelow(t, right)
  const found: { at: NodeId; chosen: string; rejected: string; margin: number; whole: boolean }[] = []
  const add = (at: NodeId, chosen: string, rejected: string, by: number, whole = false): void => {
    if (chosen !== rejected && by >= margin && (minEdit === 0 || editShare(chosen, rejected) >= minEdit))
      found.push({ at, chosen, rejected, margin: by, whole })
  }
  const parents = taken(t).filter(n => t.children(n).length > 1 && (!o.bothOutcomes || (ends.right[n] > 0 && ends.wrong[n] > 0)))
  if (kind === 'siblings')
    for (const n of parents) {
      const kids = t
        .children(n)
        .filter(c => !Number.isNaN(labels[c]) && t.N[c] >= minVisits)
        .sort((a, b) => labels[b] - labels[a] || a - b)
      if (scope === 'best') {
        const [best, worst] = [kids[0], kids.at(-1)]
        if (best !== undefined && labels[best] > labels[worst!])
          add(n, teller.step(best), teller.step(worst!), labels[best] - labels[worst!])
      } else
        for (let i = 0; i < kids.length; i++)
          for (let j = i + 1; j < kids.length; j++)
            if (labels[kids[i]] > labels[kids[j]]) add(n, teller.step(kids[i]), teller.step(kids[j]), labels[kids[i]] - labels[kids[j]])
    }
  else if (kind === 'success') {
    const goal = taken(t).find(n => right(n) === true)
    if (goal !== undefined) {
      const path = t.path(goal)
      for (let i = 1; i < path.length; i++)
        // A sibling below which something right was found is no counterexample.
        for (const c of t.children(path[i - 1]))
          if (c !== path[i] && ends.right[c] === 0 && t.N[c] >= minVisits && (!o.seen || ends.wrong[c] > 0))
            add(path[i - 1], teller.step(path[i]), teller.step(c), 1)
    }
  } else if (kind === 'checkpoint') {
    const [good, bad] = [firstEnd(t, right, true), firstEnd(t, right, false)]
    for (const n of parents) {
      const g = t.children(n).find(c => ends.right[c] > 0)
      const b = t.children(n).find(c => ends.right[c] === 0 && ends.wrong[c] > 0)
      // The prompt holds what they share: only what comes after it is compared.
      if (g !== undefined && b !== undefined) add(n, teller.solution(good[g] as NodeId, n), teller.solution(bad[b] as NodeId, n), 1, true)
    }
  } else {
    const finished = taken(t).filter(n => right(n) !== null)
    const good = finished.filter(n => right(n) === true)
    const bad = finished.filter(n => right(n) === false)
    // One pair a right answer, each with another wrong one as far as there are.
    for (const [i, g] of good.entries()) if (bad.length > 0) add(t.root, teller.solution(g), teller.solution(bad[i % bad.length]), 1, true)
  }
  const kept = o.most === undefined ? found : found.toSorted((a, b) => b.margin - a.margin).slice(0, o.most)
  return kept.map(x => ({
    kind: 'preference',
    prompt: x.whole ? teller.wholeMessages(x.at) : teller.asked(x.at),
    chosen: x.chosen,
    rejected: x.rejected,
    margin: x.margin,
    source: { ...o.source, node: t.key(x.at) },
  }))
}

/**
 * Partial traces of one depth under different parents, each parent with more than one child, whose labels differ by more than `margin` (MedS3, arXiv:2501.12051).
 * They share no prefix but the question, so that is the prompt. Each trace is in one pair at most: the best of a depth with the worst, the next with the next.
 * @param o.most pairs of a tree, those of greatest margin
 */
export function levelPairs(teller: Teller, o: { labels?: Labels; right?: Right; margin: number; most?: number }): Preference[] {
  const t = teller.tree
  const labels = o.labels ?? softLabels(t, o.right)
  const several = taken(t).filter(n => n !== t.root && !Number.isNaN(labels[n]) && t.children(t.parent(n)!).length > 1)
  const found: { chosen: NodeId; rejected: NodeId; by: number }[] = []
  for (const level of Map.groupBy(several, n => t.depth(n)).values()) {
    const order = level.toSorted((a, b) => labels[b] - labels[a] || a - b)
    const used = new Set<NodeId>()
    for (const chosen of order) {
      const rejected = order.findLast(n => !used.has(n) && t.parent(n) !== t.parent(chosen) && labels[chosen] - labels[n] > o.margin)
      if (rejected === undefined || used.has(chosen)) continue
      used.add(chosen).add(rejected)
      found.push({ chosen, rejected, by: labels[chosen] - labels[rejected] })
    }
  }
  return found
    .sort((a, b) => b.by - a.by)
    .slice(0, o.most)
    .map(p => ({
      kind: 'preference',
      prompt: teller.wholeMessages(),
      chosen: teller.solution(p.chosen),
      rejected: teller.solution(p.rejected),
      margin: p.by,
      source: { node: t.key(p.chosen) },
    }))
}

/**
 * What a process preference model learns from (rStar-Math, arXiv:2501.04519, section 3.3). At each place with a right and a wrong end below it: the two unfinished
 * children of greatest Q from which a right end was reached against the two of least Q from which a wrong one was; four, where the other side has one alone. A pair
 * stays where Q differs by `margin`, and Q along the best way on from the chosen one is more, on average, than along the worst way on from the rejected one.
 * Last steps are told apart in whole answers: the two right ones of greatest mean Q against the two wrong ones of least. Each place weighs as much as any other.
 * The released filter by edit distance (20 characters) is not here.
 */
export function processPairs(teller: Teller, o: { q?: Labels; right?: Right; margin?: number } = {}): Preference[] {
  const t = teller.tree
  const { right = rightByReward(t), margin = 0.5 } = o
  const q = o.q ?? Float64Array.from({ length: t.size }, (_, n) => t.Q[n as NodeId])
  const along = (path: readonly NodeId[]): number => average(path.map(n => q[n]).filter(x => !Number.isNaN(x)))
  const nodes = taken(t)
  /** Mean Q from each node on to an end below it, of the best right and of the worst wrong one. */
  const best = new Float64Array(t.size).fill(Number.NaN)
  const worst = best.slice()
  const ends = nodes.filter(n => right(n) !== null).map(n => ({ n, good: right(n) === true, path: t.path(n) }))
  for (const { good, path } of ends)
    for (const [i, n] of path.entries()) {
      const mean = along(path.slice(i))
      if (Number.isNaN(mean)) continue
      if (good && !(best[n] >= mean)) best[n] = mean
      if (!good && !(worst[n] <= mean)) worst[n] = mean
    }
  /** Two of each, or four beside one. */
  const facing = <T>(good: readonly T[], bad: readonly T[]): [T[], T[]] => [
    good.slice(0, bad.length === 1 ? 4 : 2),
    bad.slice(0, good.length === 1 ? 4 : 2),
  ]
  const told = (
    prompt: Preference['prompt'],
    at: NodeId,
    pairs: readonly (readonly [chosen: string, rejected: string, by: number])[],
  ): Preference[] =>
    pairs
      .filter(([chosen, rejected, by]) => chosen !== rejected && by >= margin)
      .map(([chosen, rejected, by], _, { length }) => ({
        kind: 'preference',
        prompt,
        chosen,
        rejected,
        margin: by,
        weight: 1 / length,
        source: { node: t.key(at) },
      }))
  const steps = nodes.flatMap(at => {
    const kids = t.children(at).filter(n => !t.is(n, 'end') && !Number.isNaN(q[n]))
    const [good, bad] = facing(
      kids.filter(n => !Number.isNaN(best[n])).sort((a, b) => q[b] - q[a] || a - b),
      kids.filter(n => !Number.isNaN(worst[n])).sort((a, b) => q[a] - q[b] || a - b),
    )
    const pairs = good.flatMap(g => bad.filter(b => best[g] > worst[b]).map(b => [teller.step(g), teller.step(b), q[g] - q[b]] as const))
    return told(teller.asked(at), at, pairs)
  })
  const whole = ends.map(e => ({ ...e, mean: along(e.path.slice(1)) }))
  const [good, bad] = facing(
    whole.filter(e => e.good).sort((a, b) => b.mean - a.mean || a.n - b.n),
    whole.filter(e => !e.good).sort((a, b) => a.mean - b.mean || a.n - b.n),
  )
  const answers = good.flatMap(g => bad.map(b => [teller.solution(g.n), teller.solution(b.n), g.mean - b.mean] as const))
  return [...steps, ...told(teller.wholeMessages(), t.root, answers)]
}

/** What a person preferred to what: addresses of two edges of the tree. */
export interface Preferred {
  readonly better: string
  readonly worse: string
  readonly why?: string
}
/**
 * A person's preferences as pairs: of two children of a node the steps themselves, of others what leads to each from where they part. One of which an edge is not
 * in the tree, or lies on the way to the other, gives none.
 */
export function preferredPairs(teller: Teller, preferred: readonly Preferred[], source: Omit<Source, 'node'> = {}): Preference[] {
  const t = teller.tree
  return preferred.flatMap(({ better, worse, why }): Preference[] => {
    const [a, b] = [t.find(better), t.find(worse)]
    if (a === -1 || b === -1) return []
    const [x, y] = [t.path(a), t.path(b)]
    const fork = x.findIndex((n, i) => n !== y[i])
    if (fork < 1 || fork >= y.length) return []
    const at = x[fork - 1] as NodeId
    const steps = fork === x.length - 1 && fork === y.length - 1
    const told = (n: NodeId): string => (steps ? teller.step(n) : teller.solution(n, at))
    const [chosen, rejected] = [told(a as NodeId), told(b as NodeId)]
    if (chosen === rejected) return []
    return [
      {
        kind: 'preference',
        prompt: steps ? teller.asked(at) : teller.wholeMessages(at),
        chosen,
        rejected,
        margin: 1,
        by: 'person',
        ...(why === undefined ? {} : { why }),
        source: { ...source, node: t.key(at) },
      },
    ]
  })
}
/** Pairs of both sources; where a person said otherwise of the same two, the person's word counts. */
export function withPreferred(pairs: readonly Preference[], persons: readonly Preference[]): Preference[] {
  const key = (p: Preference, turned = false): string =>
    JSON.stringify([p.source.node, ...(turned ? [p.rejected, p.chosen] : [p.chosen, p.rejected])])
  const said = new Set(persons.flatMap(p => [key(p), key(p, true)]))
  return [...persons, ...pairs.filter(p => !said.has(key(p)))]
}

// Everything else that a tree gives: what to imitate, steps with labels, groups, rankings, critiques.
import type { NodeId } from '../../contract/index.ts'
import { average } from '../../kernel/index.ts'
import type { Critique, Group, Imitation, Ranking, Source, Stepwise, Unpaired } from './example.ts'
import { endsBelow, type Labels, type Right, rightByReward, softLabels, taken } from './labels.ts'
import type { Teller } from './teller.ts'

interface Common {
  right?: Right
  source?: Omit<Source, 'node'>
}
export interface ImitationOptions extends Common {
  /** whole: the answer in one completion. steps: each step of it alone, at its own prompt. Default whole. */
  scope?: 'whole' | 'steps'
  /** What finished traces are ordered by: reward, then mean Q along the path, or the least of it. Default mean. */
  score?: 'mean' | 'min' | 'reward'
  /** Only right ones. Default true. */
  onlyRight?: boolean
  /** At most so many traces of a tree. Default: all. */
  top?: number
  /** Bounds of the length in steps. */
  minSteps?: number
  maxSteps?: number
  /** Least score. */
  least?: number
}

/** Traces to imitate, best first; equal texts once. */
export function imitationsOf(teller: Teller, o: ImitationOptions = {}): Imitation[] {
  const t = teller.tree
  const {
    right = rightByReward(t),
    scope = 'whole',
    score = 'mean',
    onlyRight = true,
    minSteps = 1,
    maxSteps = Infinity,
    least = -Infinity,
  } = o
  const scoreOf = (n: NodeId): number => {
    if (score === 'reward') return t.R[n]
    const along = t
      .path(n)
      .slice(1)
      .map(e => (Number.isNaN(t.Q[e]) ? t.V[e] : t.Q[e]))
      .filter(x => !Number.isNaN(x))
    return along.length === 0 ? t.R[n] : score === 'mean' ? average(along) : Math.min(...along)
  }
  const seen = new Set<string>()
  const traces = taken(t)
    .filter(n => (onlyRight ? right(n) === true : right(n) !== null))
    .map(n => ({ n, score: scoreOf(n), length: t.depth(n) - t.depth(t.root) }))
    .filter(x => x.length >= minSteps && x.length <= maxSteps && !(x.score < least))
    .sort((a, b) => (Number.isNaN(b.score) ? -1 : Number.isNaN(a.score) ? 1 : b.score - a.score) || a.n - b.n)
    .filter(x => {
      const text = teller.solution(x.n)
      const first = !seen.has(text)
      seen.add(text)
      return first
    })
    .slice(0, o.top)
  if (scope === 'whole')
    return traces.map(x => ({
      kind: 'sft',
      prompt: teller.wholeMessages(),
      completion: teller.solution(x.n),
      score: x.score,
      spans: teller.spans(x.n),
      source: { ...o.source, node: t.key(x.n) },
    }))
  const steps = new Map<NodeId, number>()
  for (const x of traces) for (const e of t.path(x.n).slice(1)) if (!steps.has(e)) steps.set(e, x.score)
  return [...steps].map(([n, s]) => {
    const p = t.parent(n)!
    return {
      kind: 'sft',
      prompt: teller.asked(p),
      completion: teller.step(n),
      score: s,
      spans: teller.spans(n, p),
      source: { ...o.source, node: t.key(n) },
    }
  })
}

/** Every finished answer that is known to be right or wrong; equal texts once. */
export function unpairedOf(teller: Teller, o: Common = {}): Unpaired[] {
  const t = teller.tree
  const right = o.right ?? rightByReward(t)
  const seen = new Set<string>()
  return taken(t).flatMap((n): Unpaired[] => {
    const label = right(n)
    const completion = teller.solution(n)
    if (label === null || seen.has(completion)) return []
    seen.add(completion)
    return [{ kind: 'unpaired', prompt: teller.wholeMessages(), completion, label, source: { ...o.source, node: t.key(n) } }]
  })
}

export interface StepwiseOptions extends Common {
  labels?: Labels
  /** A label from here on is a right step. Default: above 0 (some right end lies below). */
  threshold?: number
  /** Share of the paths kept: each covers a leaf; a path within another is left out. */
  most?: number
}
/** Paths with a label for each step: each leaf once. Steps after the first unlabelled one are left out: nobody knows about them. */
export function stepwiseOf(teller: Teller, o: StepwiseOptions = {}): Stepwise[] {
  const t = teller.tree
  const labels = o.labels ?? softLabels(t, o.right)
  const leaves = taken(t).filter(n => n !== t.root && !Number.isNaN(labels[n]) && !t.children(n).some(c => !Number.isNaN(labels[c])))
  return leaves
    .flatMap((leaf): Stepwise[] => {
      const path = t.path(leaf).slice(1)
      const known = path.findIndex(e => Number.isNaN(labels[e]))
      const kept = known < 0 ? path : path.slice(0, known)
      if (kept.length === 0) return []
      const values = kept.map(e => labels[e])
      return [
        {
          kind: 'stepwise',
          prompt: teller.wholeMessages(),
          completions: kept.map(e => teller.step(e)),
          labels: values.map(v => (o.threshold === undefined ? v > 0 : v >= o.threshold)),
          values,
          source: { ...o.source, node: t.key(leaf) },
        },
      ]
    })
    .slice(0, o.most)
}

export interface GroupOptions extends Common {
  /** Advantage of each edge, by its id. Default: label of the state less that of the one before. */
  advantages?: Labels
}
/** All finished answers of a tree with their rewards, as one group; equal ones as often as they were drawn. Cut-off ones are left out. None where there is one or none. */
export function groupOf(teller: Teller, o: GroupOptions = {}): Group[] {
  const t = teller.tree
  const right = o.right ?? rightByReward(t)
  const soft = softLabels(t, right)
  const at = (e: NodeId): number => o.advantages?.[e] ?? soft[e] - soft[t.parent(e)!]
  const ends = taken(t).filter(n => right(n) !== null)
  const all = ends.flatMap(n => new Array<NodeId>(Math.max(1, t.M[n] || 1)).fill(n))
  if (all.length < 2) return []
  return [
    {
      kind: 'group',
      prompt: teller.wholeMessages(),
      completions: all.map(n => teller.solution(n)),
      rewards: all.map(n => (Number.isNaN(t.R[n]) ? Number(right(n)) : t.R[n])),
      advantages: all.map(n =>
        t
          .path(n)
          .slice(1)
          .map(e => at(e)),
      ),
      spans: all.map(n => teller.spans(n)),
      source: { ...o.source, node: t.key(t.root) },
    },
  ]
}

/** The children of each node that has several, by label. */
export function rankingsOf(teller: Teller, o: Common & { labels?: Labels; minVisits?: number } = {}): Ranking[] {
  const t = teller.tree
  const labels = o.labels ?? softLabels(t, o.right)
  return taken(t).flatMap((n): Ranking[] => {
    const kids = t.children(n).filter(c => !Number.isNaN(labels[c]) && t.N[c] >= (o.minVisits ?? 0))
    const worth = kids.map(c => labels[c])
    if (new Set(worth).size < 2) return []
    return [
      {
        kind: 'ranking',
        prompt: teller.asked(n),
        completions: kids.map(c => teller.step(c)),
        worth,
        source: { ...o.source, node: t.key(n) },
      },
    ]
  })
}

/** What judges wrote about states, with the share of right ends below where it is known, else what they said. @param all also where it is not known */
export function critiquesOf(teller: Teller, o: Common & { all?: boolean } = {}): Critique[] {
  const t = teller.tree
  const right = o.right ?? rightByReward(t)
  const ends = endsBelow(t, right)
  return taken(t).flatMap((n): Critique[] => {
    const said = t.judged(n)
    const text = [said?.critique, said?.feedback].filter(x => x !== undefined && x !== '').join('\n')
    const total = ends.right[n] + ends.wrong[n]
    if (text === '' || (total === 0 && !o.all)) return []
    const value = total > 0 ? ends.right[n] / total : said!.value
    return [
      {
        kind: 'critique',
        prompt: teller.messages(n, { for: 'judgement' }),
        completion: text,
        value,
        source: { ...o.source, node: t.key(n) },
      },
    ]
  })
}

// Rows from trees, in the dialect of tokens: one rendering for what is learnt and for what is asked.
import type { NodeId } from '../../contract/index.ts'
import { Failure, leafAdvantage } from '../../kernel/index.ts'
import { encode, idsOf } from '../../model/seedling/index.ts'
import {
  type ImitationOptions,
  imitationsOf,
  type Labels,
  type Preference,
  type Right,
  rightByReward,
  type Teller,
  taken,
} from '../data/index.ts'
import { type AdvantageOptions, advantages, deviation, type Segment } from '../loss/index.ts'
import type { StepPair } from '../step-pairs.ts'
import type { TuneRow, Verdict } from './row.ts'

/** What has no token (a fraction, a number past 99) gives no row. */
function sayable<T>(make: () => T): T | null {
  try {
    return make()
  } catch (e) {
    if (e instanceof Failure) return null
    throw e
  }
}
type Told = Pick<TuneRow, 'tokens' | 'segment'>
/** A prompt and what is said after it. */
const told = (prompt: readonly number[], parts: readonly (readonly [Segment, string])[]): Told => {
  const tokens = [...prompt]
  const segment: Segment[] = prompt.map(() => 'prompt')
  for (const [s, text] of parts)
    for (const id of encode(text)) {
      tokens.push(id)
      segment.push(s)
    }
  return { tokens, segment }
}

/** Traces to imitate. @param o.as who wrote them, for losses that tell: `demo`, or as it was in the tree (default) */
export const imitationRows = (teller: Teller, o: ImitationOptions & { as?: Segment } = {}): TuneRow[] =>
  imitationsOf(teller, o).flatMap((x): TuneRow[] => {
    const row = sayable(() =>
      told(
        idsOf(x.prompt),
        x.spans.filter(s => s.segment !== 'prompt').map(s => [o.as ?? s.segment, s.text] as const),
      ),
    )
    return row === null ? [] : [{ ...row, reward: 1 }]
  })

/** Pairs as rows, chosen before rejected. @param name of the tree: units of different trees must differ */
export function pairRows(pairs: readonly Preference[], name: string): TuneRow[] {
  return pairs.flatMap((p, i): TuneRow[] => {
    const rows = sayable(() => [p.chosen, p.rejected].map(text => told(idsOf(p.prompt), [['policy', text]])))
    if (rows === null) return []
    const both = { unit: `${name} pair ${i}`, margin: p.margin }
    return [
      { ...rows[0], ...both, label: 'chosen' },
      { ...rows[1], ...both, label: 'rejected' },
    ]
  })
}

/**
 * Step pairs whose labels may be wrong, each with its own noise e (conservative DPO of MCTS-DPO, eq. 6): a pair stands in both orders, weighing 1 - e and e,
 * so that `dpo` over them is (1 - e) L(w, l) + e L(l, w). At e = 1/2 the gradient at the reference vanishes.
 */
export function stepPairRows(teller: Teller, pairs: readonly StepPair[], name: string): TuneRow[] {
  return pairs.flatMap((p, i): TuneRow[] => {
    const prompt = teller.messages(p.at)
    const rows = sayable(() => [p.chosen, p.rejected].map(e => told(idsOf(prompt), [['policy', teller.step(e)]])))
    if (rows === null) return []
    return ([0, 1] as const).flatMap((turned): TuneRow[] => {
      const both = { unit: `${name} step ${i} ${turned}`, weight: 2 * (turned ? p.noise : 1 - p.noise) }
      return [
        { ...rows[turned], ...both, label: 'chosen' },
        { ...rows[1 - turned], ...both, label: 'rejected' },
      ]
    })
  })
}

/** How responses to one prompt are told apart: rewards by a rule, or by the tree they share (TreePO, arXiv:2508.17445, eq. 5: by the batch's deviation). */
export type GroupAdvantage = AdvantageOptions | 'tree'
/** A reply that the world could not read: paid for, and in no tree. */
export interface Refused {
  /** Where it was asked for. */
  readonly at: NodeId
  readonly ids: readonly number[]
  /** false: it was cut off, and nobody knows what it would have been. */
  readonly ended: boolean
}
export interface GroupTree {
  readonly teller: Teller
  readonly name: string
  readonly right?: Right
  /** Where they are known, they are of the group, and wrong. */
  readonly refused?: readonly Refused[]
}
/**
 * All finished answers of trees, those of one tree a group, with their advantages; equal ones as often as they were drawn. What the world could not read is wrong,
 * where it is known (`refused`); what was cut off is of no group. Groups of one, and those whose answers are all right or all wrong, teach nothing and are left
 * out, after the statistics.
 */
export function groupRows(trees: readonly GroupTree[], by: GroupAdvantage): TuneRow[] {
  const all = trees.flatMap(({ teller, name, right, refused = [] }) => {
    const t = teller.tree
    const is = right ?? rightByReward(t)
    const ends = taken(t).flatMap(n => (is(n) === null ? [] : new Array<NodeId>(Math.max(1, t.M[n] || 1)).fill(n)))
    const answers: { at: NodeId; ids: readonly number[]; reward: number }[] = [
      ...ends.map(at => ({ at, ids: [], reward: Number(is(at)) })),
      ...refused.filter(r => r.ended).map(r => ({ ...r, reward: 0 })),
    ]
    if (answers.length < 2) return []
    const parent = Array.from({ length: t.size }, (_, n) => (t.taken(n as NodeId) ? (t.parent(n as NodeId) ?? -1) : -1))
    // What was refused is a leaf below the place where it was asked for.
    const leaves = answers.map(x => ({ node: x.ids.length === 0 ? (x.at as number) : parent.push(x.at) - 1, reward: x.reward }))
    const shared = by === 'tree' ? leafAdvantage({ parent, leaves }, 'ancestorMean') : null
    return answers.map((x, i) => ({ ...x, teller, name, shared: shared?.[i] ?? 0 }))
  })
  const scale = by === 'tree' ? deviation(all.map(x => x.shared)) + 1e-8 : 1
  const values =
    by === 'tree'
      ? all.map(x => x.shared / scale)
      : advantages(
          all.map(x => x.reward),
          all.map(x => x.name),
          by,
        )
  const mixed = new Set([...Map.groupBy(all, x => x.name)].flatMap(([name, xs]) => (new Set(xs.map(x => x.reward)).size > 1 ? [name] : [])))
  return all.flatMap(({ teller, name, at, ids, reward }, i): TuneRow[] => {
    if (!mixed.has(name)) return []
    const [prompt, ...spans] = teller.spans(at)
    const row = sayable(() =>
      told(
        encode(prompt.text),
        spans.map(s => ['policy', s.text] as const),
      ),
    )
    if (row === null) return []
    const tokens = [...row.tokens, ...ids]
    const segment = [...row.segment, ...ids.map(() => 'policy' as const)]
    return [{ tokens, segment, reward, advantage: values[i], group: name, unit: `${name} group` }]
  })
}

export interface VerdictOptions {
  /** What labels 0 and 1 of a verdict are in the labels' own scale. Default 0 and 1. */
  scale?: readonly [bad: number, good: number]
  /** false: ends are left out, where the world's own rule is asked. Default true. */
  ends?: boolean
}
/** Labelled states as verdicts: a row for each leaf of the labelled part, each state once. The words of these rows are given; nothing is said of them. */
export function verdictRows(teller: Teller, labels: Labels, o: VerdictOptions = {}): TuneRow[] {
  const t = teller.tree
  const [low, high] = o.scale ?? [0, 1]
  const known = (n: NodeId): boolean => n !== t.root && !Number.isNaN(labels[n]) && ((o.ends ?? true) || !t.is(n, 'end'))
  const nodes = taken(t).filter(known)
  const inner = new Set(nodes.map(n => t.parent(n)))
  const done = new Set<NodeId>()
  return nodes
    .filter(n => !inner.has(n))
    .flatMap((leaf): TuneRow[] => {
      const idsAt = (n: NodeId): number[] => idsOf(teller.messages(n, { for: 'judgement' }))
      const tokens = sayable(() => idsAt(leaf))
      if (tokens === null) return []
      const verdicts: Verdict[] = []
      for (const n of t.path(leaf).filter(known)) {
        if (done.has(n)) continue
        const ids = idsAt(n)
        // Only where the prompt grows by its end does one row hold them all.
        if (ids.some((id, i) => id !== tokens[i])) continue
        done.add(n)
        verdicts.push({ at: ids.length, value: Math.min(1, Math.max(0, (labels[n] - low) / (high - low))) })
      }
      return verdicts.length === 0 ? [] : [{ tokens, segment: tokens.map(() => 'prompt' as const), verdicts }]
    })
}

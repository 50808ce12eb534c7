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
export function sayable<T>(make: () => T): T | null {
  try {
    return make()
  } catch (e) {
    if (e instanceof Failure) return null
    throw e
  }
}
type Told = Pick<TuneRow, 'tokens' | 'segment'>
/** A prompt and what is said after it. */
export const told = (prompt: readonly number[], parts: readonly (readonly [Segment, string])[]): Told => {
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
    const both = { unit: `${name} pair ${i}`, margin: p.margin, ...(p.weight === undefined ? {} : { weight: p.weight }) }
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
  /** Where they are known, they are of the group, wrong, and rows of their own. */
  readonly refused?: readonly Refused[]
  /** Answers that the world could not read, where only their number is known. They count in means and deviations, and have no row. */
  readonly unread?: number
}
/**
 * All finished answers of trees, those of one tree a group, with their advantages; equal ones as often as they were drawn. What the world could not read is wrong:
 * with its words (`refused`) it is a row like others, told by number (`unread`) it lowers the mean of its group (not for `tree`, which averages over ancestors that it
 * does not have). What was cut off is of no group. Groups of one, and those whose answers are all right or all wrong, teach nothing and are left out, after the
 * statistics.
 */
export function groupRows(trees: readonly GroupTree[], by: GroupAdvantage): TuneRow[] {
  const lost = by === 'tree' ? [] : trees.flatMap(({ name, unread = 0 }) => new Array<string>(unread).fill(name))
  const all = trees.flatMap(({ teller, name, right, refused = [], unread = 0 }) => {
    const t = teller.tree
    const is = right ?? rightByReward(t)
    const ends = taken(t).flatMap(n => (is(n) === null ? [] : new Array<NodeId>(Math.max(1, t.M[n] || 1)).fill(n)))
    const answers: { at: NodeId; ids: readonly number[]; reward: number }[] = [
      ...ends.map(at => ({ at, ids: [], reward: Number(is(at)) })),
      ...refused.filter(r => r.ended).map(r => ({ ...r, reward: 0 })),
    ]
    if (answers.length < 1 || answers.length + (by === 'tree' ? 0 : unread) < 2) return []
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
      : advantages([...all.map(x => x.reward), ...lost.map(() => 0)], [...all.map(x => x.name), ...lost], by)
  const rewards = Map.groupBy([...all, ...lost.map(name => ({ name, reward: 0 }))], x => x.name)
  const mixed = new Set([...rewards].flatMap(([name, xs]) => (new Set(xs.map(x => x.reward)).size > 1 ? [name] : [])))
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

/** A text that begins with its prompt, as a row; null: it has no token. */
export const textRow = (prompt: string, text: string, as: Segment): Told | null =>
  sayable(() => told(encode(prompt), [[as, text.slice(prompt.length)]]))

export interface TrajectoryOptions {
  right?: Right
  /** At most so many right and so many wrong ones of a tree, of the right ones no more than of the wrong ones but one at least. Default: all. */
  most?: number
  /** Of a wrong answer and of a right one. Default 0 and 1. */
  rewards?: readonly [wrong: number, right: number]
}
/** Finished answers, right and wrong, unpaired, each once, with their rewards. A verdict is asked for wherever a step begins. */
export function trajectoryRows(teller: Teller, o: TrajectoryOptions = {}): TuneRow[] {
  const t = teller.tree
  const { right = rightByReward(t), most = Infinity, rewards = [0, 1] } = o
  const rows = new Map<string, TuneRow>()
  for (const n of taken(t)) {
    const good = right(n)
    if (good === null) continue
    const [prompt, ...spans] = teller.spans(n)
    const at: number[] = []
    const row = sayable(() => {
      const begin = encode(prompt.text)
      let length = begin.length
      for (const s of spans) {
        at.push(length)
        length += encode(s.text).length
      }
      return told(
        begin,
        spans.map(s => ['policy', s.text] as const),
      )
    })
    if (row !== null)
      rows.set(row.tokens.join(' '), {
        ...row,
        reward: rewards[Number(good)],
        label: good ? 'desirable' : 'undesirable',
        verdicts: at.map(i => ({ at: i })),
      })
  }
  const [good, bad] = (['desirable', 'undesirable'] as const).map(l => [...rows.values()].filter(r => r.label === l).slice(0, most))
  return [...(o.most === undefined ? good : good.slice(0, Math.max(1, bad.length))), ...bad]
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

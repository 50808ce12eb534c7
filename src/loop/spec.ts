// A loop as data and a few pure functions: what is searched, what is kept of the trees, what is learnt from it.
import type { Grain, KnobValue, Limits, Paper, Random, Sampling } from '../contract/index.ts'
import type { FlatTree } from '../kernel/index.ts'
import { type Refused, taken } from '../learn/from-trees.ts'
import type { GroupTree, Right, Seen, Teller, TunePlan, TuneRow } from '../learn/index.ts'
import type { WorldEntry } from '../world/index.ts'

/** A search of the system, by name. */
export interface LoopSearch {
  readonly method: string
  readonly preset?: string
  readonly knobs?: Readonly<Record<string, KnobValue>>
  /** Default: the world's own rule. */
  readonly reward?: string
  readonly sampling?: Sampling
  /** What is asked for in it, where replies that the world cannot read are to be known (`Harvest.refused`). Default: they are not looked up. */
  readonly refused?: Grain
  /** Settings of the problem that differ in this search, where it is made of settings. */
  readonly task?: Readonly<Record<string, number>>
  /** For one problem. */
  readonly budget: Limits & { readonly calls: number }
}
/** A problem of the train split with the tree of its search. */
export interface Harvest {
  /** Of the problem. */
  readonly name: string
  readonly task: unknown
  readonly tree: FlatTree
  /** Tells the tree in the dialect of tokens. */
  readonly teller: Teller
  readonly right: Right
  readonly spent: number
  /** What the world could not read; absent: not looked up. */
  readonly refused?: readonly Refused[]
  /** The words that its answers began with. */
  readonly hint?: string
}
export interface RoundContext {
  readonly round: number
  /** The world that was searched. */
  readonly entry: WorldEntry
  readonly random: Random
}
/** What is learnt from. Rows of either may be empty. */
export interface LoopRows {
  readonly policy: readonly TuneRow[]
  readonly value: readonly TuneRow[]
  /** Of the training before that of the policy. */
  readonly first?: readonly TuneRow[]
}
/** What a network says of rows: of the weights that drew them, of the critic, or of those the loop began with. */
export type Look = (who: 'policy' | 'critic' | 'start', rows: readonly TuneRow[]) => Promise<Seen[]>
/** What a loop may do before its searches: look at some problems and settle on how to search. */
export interface Probing {
  readonly round: number
  /** Did a round before it train the critic? If not, the critic is still the weights the loop began with. */
  readonly taught: boolean
  /** Searches the first `problems` of the round. What it costs is the round's. */
  probe(search: LoopSearch, problems: number, name: string): Promise<readonly Harvest[]>
}
export interface LoopSpec {
  readonly id: string
  readonly describe: string
  readonly paper: Paper
  /** World and weights it is for, where they are not those of most loops. The weights are a user's own; `begin` says how they are made. */
  readonly on?: { readonly world: string; readonly model: string; readonly begin: string }
  readonly search: LoopSearch
  /** Where its searches' critic comes from: weights of its own (default), or those of the policy, which judges itself. */
  readonly critic?: 'apart' | 'policy'
  /** Which weights a round's training begins with: those of the last round (default), or those the loop began with. */
  readonly from?: 'last' | 'start'
  /** Whose logprobs a preference is held against: the weights the loop began with (default), or those of the last round. */
  readonly reference?: 'start' | 'last'
  /** Settings of the round's search, and what `rows` is told of them. */
  prepare?(c: Probing): Promise<{ search: LoopSearch; settings: Readonly<Record<string, number>> }>
  /** New problems out of those of a round, searched in the next before its own; so many for each of those. Their trees are kept where the world verifies an answer. */
  readonly imagined?: number
  /** A second search of some problems: what the policy alone could not do. */
  readonly again?: { readonly search: LoopSearch; when(h: Harvest): boolean }
  /** A third search, with hints: answers that begin with some words of what the second one found, as texts of the dialect of tokens. `progress`: rounds so far, this one's share of spent calls included. */
  readonly hinted?: {
    readonly search: LoopSearch
    hints(h: Harvest, again: Harvest | undefined, c: RoundContext & { readonly progress: number }): readonly string[]
  }
  rows(
    trees: readonly Harvest[],
    c: RoundContext & { again: readonly Harvest[]; hinted: readonly Harvest[]; settings: Readonly<Record<string, number>> },
  ): LoopRows
  /** What needs the networks' own figures, such as advantages by a value model. */
  weigh?(rows: LoopRows, look: Look): Promise<LoopRows>
  /** A training of the policy before the other one, on rows of its own; the other's reference is what comes of it, if that is `last`. */
  readonly first?: Partial<TunePlan>
  /** How the policy is trained; absent: it is not. */
  readonly policy?: Partial<TunePlan>
  /** The same of the value; `verdicts` weighs it where both are one network. */
  readonly value?: Partial<TunePlan>
}

/** Right and wrong answers of a tree, equal ones as often as they were drawn; what could not be read is wrong, where it is known. */
export function answersOf({ tree, right, refused = [] }: Harvest): { right: number; wrong: number } {
  const out = { right: 0, wrong: refused.filter(r => r.ended).length }
  for (const n of tree.nodes()) {
    const r = right(n)
    if (r !== null) out[r ? 'right' : 'wrong'] += Math.max(1, tree.M[n] || 1)
  }
  return out
}
/** Share of the finished answers of a tree that are right; NaN: none finished. */
export function successOf(h: Harvest): number {
  const { right, wrong } = answersOf(h)
  return right / (right + wrong)
}
/** Was a right end found? Playouts that were only looked at count: what they found is learnt from, too. */
export const isSolved = (h: Harvest): boolean => taken(h.tree).some(n => h.right(n) === true)
/** Trees of `sampled` searches as groups. Every call was an answer; those that are no end could not be read, and are wrong. */
export const groupsOf = (trees: readonly Harvest[]): GroupTree[] =>
  trees.map(h => {
    const read = h.tree.nodes().reduce((n, i) => n + (h.right(i) === null ? 0 : Math.max(1, h.tree.M[i] || 1)), 0)
    return { ...h, unread: Math.max(0, h.spent - read) }
  })
/** How rows are imitated: rates and epochs that were best of a few for both shipped networks, on dev problems and a seed that no report uses. */
export const imitating: Partial<TunePlan> = { losses: [{ id: 'sft' }], epochs: 4, rate: 5e-4 }
/** Attempts at whole answers, all of the budget. */
export const sampled = (calls: number, sampling: Sampling = {}): LoopSearch => ({
  method: 'best-of-n',
  knobs: { n: calls, untilSolved: false },
  sampling: { temperature: 1, ...sampling },
  budget: { calls },
})
/** The same as a group: what the world cannot read is one of its wrong answers. */
export const group = (calls: number): LoopSearch => ({ ...sampled(calls), refused: 'attempt' })

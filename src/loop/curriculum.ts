// Easy before hard, in three ways: which problems a round may take, how much success it looks for, how much its rows count.

import type { TuneRow } from '../learn/from-trees.ts'
import { encode } from '../model/seedling/index.ts'
import type { Named, WorldEntry } from '../world/index.ts'
import { problemsOf } from './harvest.ts'
import { type Harvest, type LoopRows, successOf } from './spec.ts'

export const curricula = ['world', 'success', 'weights'] as const
/**
 * - world: the easiest third of the problems by the world's own measure, then two thirds, then all;
 * - success: problems that the policy mostly succeeds at, then half of the time, then seldom: where `select` aims;
 * - weights: all problems, but rows of those that seldom succeed count less until the end of the second round (MacAvaney et al. 2020, arXiv:2004.14269).
 */
export type Curriculum = (typeof curricula)[number]

/** Rounds until all problems are taken. */
const opening = 3
/** Share of the problems, easiest first, that a round chooses from. */
export const openShare = (round: number): number => Math.min(1, round / opening)
/** Success that selection aims at: 3/4, 1/2, 1/4 from then on. */
export const successTarget = (round: number): number => Math.max(0.25, 1 - round / 4)
/** Rounds until all rows count in full. */
const maturing = 2
/** The part of the weights' curriculum that a round's training is. */
export const curriculumShare = (round: number): readonly [number, number] => [(round - 1) / maturing, round / maturing]

/** Where each problem stands, easiest first, by the world's own measure. */
export function easiestFirst(entry: WorldEntry, seed: number): ReadonlyMap<string, number> {
  const ids = problemsOf(entry, seed, 'train', mostProblems, 'difficulty').map(p => p.id)
  return new Map(ids.map((id, i) => [id, i]))
}
/** Problems to choose from. */
export const mostProblems = 2000

/** The easiest of them that a round takes from. */
export const opened = <T extends Named<unknown>>(problems: readonly T[], rank: ReadonlyMap<string, number>, round: number): T[] =>
  problems.filter(p => (rank.get(p.id) ?? Infinity) < openShare(round) * rank.size)

/** Rows with how easy their problem was: the share of its answers that were right. What says that an answer was wrong is easy where most were wrong. */
export function eased(rows: LoopRows, trees: readonly Harvest[]): LoopRows {
  const ease = new Map(trees.map(h => [encode(h.teller.prompt(h.tree.root)).join(' '), successOf(h) || 0]))
  const lengths = [...new Set([...ease.keys()].map(k => k.split(' ').length))]
  const of = (r: TuneRow): TuneRow => {
    const known = lengths.map(n => ease.get(r.tokens.slice(0, n).join(' '))).find(x => x !== undefined)
    if (known === undefined) return r
    const negative = (typeof r.advantage === 'number' && r.advantage < 0) || r.label === 'undesirable'
    return { ...r, ease: negative ? 1 - known : known }
  }
  return {
    ...rows,
    policy: rows.policy.map(of),
    value: rows.value.map(of),
    ...(rows.first === undefined ? {} : { first: rows.first.map(of) }),
  }
}

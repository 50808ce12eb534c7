import type { NodeId } from '../contract/index.ts'
import { pairRows, type TuneRow, taken, textRow } from '../learn/from-trees.ts'
import { token, words } from '../model/seedling/vocabulary.ts'
import type { Harvest, LoopSpec } from './spec.ts'

/** The critic's rows of a round, by what they teach. */
export interface RefinerRows {
  /** A response and its critique, and the better response. */
  readonly refine: readonly TuneRow[]
  /** Critiques, of refinements and of the actor's own responses, of those held good and of those that are not. */
  readonly tree: { readonly good: readonly TuneRow[]; readonly bad: readonly TuneRow[] }
  readonly first: { readonly good: readonly TuneRow[]; readonly bad: readonly TuneRow[] }
}
/** Most rows of each in a round: the paper's. */
const quotas = { refine: 4000, tree: { good: 1500, bad: 1000 }, first: { good: 2500, bad: 500 } } as const
const gate = 0.5

/** The first refinement that passed: none where nothing was refined, or nothing passed. */
const passed = ({ tree: t }: Harvest): NodeId | undefined => taken(t).find(n => t.depth(n) > 1 && t.V[n] > gate)
const critiqueOf = ({ tree: t }: Harvest, n: NodeId): string | undefined => t.judged(n)?.critique

/** The prompt of a place, by the world's own rendering. */
function said({ tree, teller }: Harvest, n: NodeId, what: 'step' | 'judgement', hint?: string): string {
  const state = tree.state(n)
  return teller.world
    .dialects!.tokens.render({ state, ...(hint === undefined ? {} : { hint }) } as never, { for: what })
    .map(m => m.content)
    .join(' ')
}
const row = (prompt: string, reply: string, as: 'policy' | 'demo' = 'policy'): TuneRow[] => {
  const r = textRow(prompt, `${prompt} ${reply}`, as)
  return r === null ? [] : [r]
}

/** The refined response against the one that the actor gave, and the refined one once more to be imitated. They differ where the instruction was broken. */
export function actorRows(h: Harvest): TuneRow[] {
  const goal = passed(h)
  if (goal === undefined) return []
  const [root, first] = h.tree.path(goal)
  const [chosen, rejected] = [goal, first].map(n => h.teller.step(n))
  const pair = {
    kind: 'preference' as const,
    prompt: h.teller.messages(root),
    chosen,
    rejected,
    margin: h.tree.V[goal] - h.tree.V[first],
    source: { node: h.tree.key(goal) },
  }
  return [...pairRows([pair], h.name), ...row(said(h, root, 'step'), chosen, 'demo')]
}

/** Refinements on the way to a success; critiques of the majority's side where the votes were mixed. */
export function refinerRows(h: Harvest): RefinerRows {
  const { tree: t, teller } = h
  const goal = passed(h)
  const way = goal === undefined ? [] : t.path(goal).slice(1)
  const refine = way.slice(1).flatMap((n, i) => {
    const critique = critiqueOf(h, way[i])
    return critique === undefined ? [] : row(said(h, way[i], 'step', critique), teller.step(n))
  })
  const judged = (first: boolean, good: boolean): TuneRow[] =>
    taken(t).flatMap(n => {
      const critique = critiqueOf(h, n)
      const mixed = t.V[n] > 0 && t.V[n] < 1 && t.V[n] > 0.5 === good
      if (critique === undefined || !mixed || t.depth(n) === 0 || (t.depth(n) === 1) !== first) return []
      return row(`${said(h, n, 'judgement')} ${words[token.critique]}`, critique)
    })
  return {
    refine,
    tree: { good: judged(false, true), bad: judged(false, false) },
    first: { good: judged(true, true), bad: judged(true, false) },
  }
}

/**
 * Cheng et al. 2024. Two models that begin as one: the actor, which answers, and the refiner, which judges and refines.
 *
 * 1. The actor answers five times; the refiner votes on each; one that failed is refined in a tree until one passes.
 * 2. Actor: the refinement that passed against the actor's own response, by DPO with 0.1 of the likelihood of the refined one. The reference is the actor of the
 *    round before.
 * 3. Refiner: the refinements on the way to a success, and critiques of disputed responses, on the majority's side, are imitated, within quotas.
 *
 * No truth is asked: what passes is what the refiner says.
 */
export const sparLoop: LoopSpec = {
  id: 'spar',
  describe:
    'failing responses refined in a tree by a judge of its own; refined against original for the actor, refinements and critiques for the refiner',
  paper: {
    title: 'SPaR: Self-Play with Tree-Search Refinement to Improve Instruction-Following in Large Language Models',
    id: 'arXiv:2412.11605',
    dossier: 'spar',
  },
  on: { world: 'sequence', model: 'seedling@sequence', begin: 'espalier train sequence' },
  // Five responses and up to fifteen refinements, each with five votes.
  search: { method: 'spar', preset: 'published', task: { drafts: 4 }, budget: { calls: 120 } },
  reference: 'last',
  rows(trees, { random }) {
    const all = trees.map(refinerRows)
    const some = (of: (r: RefinerRows) => readonly TuneRow[], most: number): TuneRow[] => random.shuffle(all.flatMap(of)).slice(0, most)
    return {
      policy: trees.flatMap(actorRows),
      value: [
        ...some(r => r.refine, quotas.refine),
        ...(['tree', 'first'] as const).flatMap(of => (['good', 'bad'] as const).flatMap(side => some(r => r[of][side], quotas[of][side]))),
      ],
    }
  },
  policy: {
    losses: [
      { id: 'dpo', on: 'policy', options: { beta: 0.1 } },
      { id: 'sft', on: 'demo', weight: 0.1 },
    ],
    epochs: 1,
    rate: 1e-4,
  },
  value: { losses: [{ id: 'sft' }], epochs: 2, rate: 1e-4 },
}

import type { TuneRow } from '../learn/from-trees.ts'
import { imitationRows, pairRows, processPairs } from '../learn/from-trees.ts'
import { imitating, type LoopSearch, type LoopSpec } from './spec.ts'

/** The score of a step is asked for at its end. */
const scored = (rows: readonly TuneRow[]): TuneRow[] => rows.map(r => ({ ...r, verdicts: [{ at: r.tokens.length }] }))

/** Rollouts annotated by their ends alone. Half of the paper's 12 candidates: with so few calls for a problem, 12 are two rollouts and hardly ever both outcomes. */
const terminal: LoopSearch = { method: 'rstar-math', preset: 'data', knobs: { n: 6 }, budget: { calls: 60 } }
/** New places begin with what the preference model says of them. It was trained on differences of logits, so that its word is no probability of being solved. */
const augmented: LoopSearch = { ...terminal, knobs: { ...terminal.knobs, annotation: 'ppm', squash: 5 } }

/**
 * Guan et al. 2025. Policy and process preference model bootstrap each other.
 *
 * 1. Rollouts to whole answers, values by their ends, until a round has trained the preference model; from the next one on each new place also begins with its
 *    score, tanh(logit / 5). The paper's first round bootstraps a policy from a much larger model, which the shipped weights stand for; so round 1 here is its
 *    second, where the first reliable preference model comes from, and rounds 2 and 3 are its third and fourth.
 * 2. Policy: the two right traces of greatest mean Q of a problem. It and the preference model are trained anew each round, from the weights the loop began with.
 * 3. Preference model: steps of greatest against least Q at places with right and wrong ends below them, and the best against the worst whole answers
 *    (`processPairs`); the score of a state, the logit of its verdict, ranks the pair (Bradley-Terry). Q itself is never regressed on.
 */
export const rstarMathLoop: LoopSpec = {
  id: 'rstar-math',
  describe:
    'rollouts to the end; best traces imitated, a preference model over steps in place of values, which marks new places once it is trained',
  paper: {
    title: 'rStar-Math: Small LLMs Can Master Math Reasoning with Self-Evolved Deep Thinking',
    id: 'arXiv:2501.04519',
    dossier: 'rstar-math',
  },
  search: terminal,
  prepare: async ({ taught }) => ({ search: taught ? augmented : terminal, settings: { preference: Number(taught) } }),
  from: 'start',
  rows: trees => ({
    policy: trees.flatMap(h => imitationRows(h.teller, { top: 2, right: h.right })),
    value: trees.flatMap(h => scored(pairRows(processPairs(h.teller, { right: h.right }), h.name))),
  }),
  policy: imitating,
  value: { losses: [{ id: 'value-ranking' }], epochs: 2, rate: 1e-4 },
}

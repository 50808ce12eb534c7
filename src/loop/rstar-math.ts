import type { TuneRow } from '../learn/from-trees.ts'
import { imitationRows, labelKinds, pairRows, pairsOf } from '../learn/from-trees.ts'
import { imitating, type LoopSpec } from './spec.ts'

/** The score of a step is asked for at its end. */
const scored = (rows: readonly TuneRow[]): TuneRow[] => rows.map(r => ({ ...r, verdicts: [{ at: r.tokens.length }] }))

/**
 * Guan et al. 2025. Policy and process preference model bootstrap each other.
 *
 * 1. Rollouts to whole answers, values by their ends.
 * 2. Policy: the two right traces of greatest mean Q of a problem, always from the weights the loop began with.
 * 3. Preference model: steps of greatest against least Q at places with right and wrong ends below them, a margin of Q of a half at least; the score of a state,
 *    the logit of its verdict, ranks the pair (Bradley-Terry). Q itself is never regressed on.
 */
export const rstarMathLoop: LoopSpec = {
  id: 'rstar-math',
  describe: 'rollouts to the end; best traces imitated, a preference model over steps in place of values',
  paper: {
    title: 'rStar-Math: Small LLMs Can Master Math Reasoning with Self-Evolved Deep Thinking',
    id: 'arXiv:2501.04519',
    dossier: 'rstar-math',
  },
  search: { method: 'rstar-math', preset: 'data', budget: { calls: 60 } },
  from: 'start',
  rows: trees => ({
    policy: trees.flatMap(h => imitationRows(h.teller, { top: 2, right: h.right })),
    value: trees.flatMap(h =>
      scored(
        pairRows(
          pairsOf(h.teller, { labels: labelKinds.q(h.tree), right: h.right, bothOutcomes: true, margin: 0.5, scope: 'best' }),
          h.name,
        ),
      ),
    ),
  }),
  policy: imitating,
  value: { losses: [{ id: 'value-ranking' }], epochs: 2, rate: 1e-4 },
}

// SRLM: of several whole trajectories the one that the model itself is least unsure of, among those whose answer most of them share.
import { attemptAt, attemptRounds, confidentPolicy, sayConfidence, writtenBallots } from '../compose/index.ts'
import type { NodeId, Policy, Search, Tree } from '../contract/index.ts'
import { vote } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

/** The sum of the logarithms of the steps' confidences, each in [1 %, 99 %]; a missing one is the least of the path. NaN: none was said. */
export function verbalisedConfidence(steps: readonly number[]): number {
  const known = steps.filter(x => !Number.isNaN(x))
  if (known.length === 0) return Number.NaN
  const least = Math.min(...known)
  return steps.reduce((sum, x) => sum + Math.log(Math.min(0.99, Math.max(0.01, Number.isNaN(x) ? least : x))), 0)
}

/**
 * Self-reflective program search: which trajectory is believed matters more than how it was made (arXiv:2603.15653).
 *
 * 1. Draw K trajectories. With every step the model states its confidence nu in the same reply.
 * 2. Consistency: keep those whose answer is the plurality's, C = {k : y_k = y}.
 * 3. Confidence: VC(p) = sum over steps of log(nu / 100).
 * 4. Behaviour: Len(p) = what was written in all, in tokens (in characters where the model counts none).
 * 5. Answer with the trajectory of C of greatest VC(p) x Len(p), which is at most 0: most confident and shortest.
 *
 * Traps: within one class of equal answers 3 to 5 choose the trace, not the answer; they decide where pluralities tie, as always for answers of free
 * form. A nu of 100 would make any length free, and 0 has no logarithm: both are cut off. The sum grows with the steps and the product counts length
 * twice, on purpose. `filter: false` ranks all K by 5 alone: better where confidence is calibrated, a coin where it is not. Where the model states
 * nothing and has no log-probabilities, what is left is the vote, and of equals the shortest. A temperature of 0 draws K times the same.
 */
export const srlm = method({
  id: 'srlm',
  version: 1,
  paper: {
    title: 'Recursive Language Models Meet Uncertainty: The Surprising Effectiveness of Self-Reflective Program Search for Long Context',
    id: 'arXiv:2603.15653',
    dossier: 'srlm',
  },
  knobs: {
    K: { default: 8, min: 0, max: 100_000, doc: 'trajectories; 0: as many as the budget covers (8 where it limits nothing that they use)' },
    temperature: { default: 1, min: 0, max: 2, doc: 'of the trajectories' },
    grain: { default: 'step', choices: ['step', 'attempt'], doc: 'a confidence for each step, or one for the whole solution' },
    filter: { default: true, doc: 'only answers of the plurality; false: all by confidence and length' },
    scale: {
      default: 0,
      min: 0,
      max: 1e9,
      doc: 'above 0: an answer weighs the sum of exp(score / scale) of its trajectories; 0: the strict rule',
    },
    steps: { default: 64, min: 1, max: 10_000, doc: 'most steps of a trajectory' },
  },
  parts: {
    /** Who draws and says how sure it is (column F), from the world; where there is no model, the frame's own policy does. */
    policy: (world: Search<any, any, any>['world']): Policy | undefined => confidentPolicy(world),
  },
  promises: ['orderFree'],
  needs: ['policy'],
  async run(s, k, { policy }) {
    const whole = k.grain === 'attempt' && s.world.grains?.includes('attempt')
    const by = hasModel(s) ? policy(s.world) : undefined
    await attemptRounds(s, {
      n: k.K,
      unlimited: 8,
      steps: k.steps,
      hint: sayConfidence,
      sampling: { temperature: k.temperature, grain: whole ? 'attempt' : 'step' },
      reward: false,
      ...(by === undefined ? {} : { by }),
    }) // 1
  },
  answer(t, k) {
    const ends = t.answers()
    const counted = ends.every(n => attemptAt(t, n).tokens !== undefined)
    const silent = ends.every(n => confidences(t, n, 0).every(Number.isNaN))
    const drawn = writtenBallots(t, (d, n, i) => {
      const vc = silent ? -1 : verbalisedConfidence(confidences(t, n, i))
      return vc * Math.max(1, counted ? d.tokens!.length : (d.text?.length ?? 0)) // 3, 4
    })
    if (k.scale > 0) {
      const weighed = drawn.map(b => ({ ...b, score: Math.exp(b.score / k.scale) }))
      return vote(weighed, { mode: 'weighted' })
    }
    return k.filter ? vote(drawn, { mode: 'majority', ties: 'best' }) : vote(drawn, { mode: 'best' }) // 2, 5
  },
})

/** What was said of each step on the way: of the last one by its i-th draw. */
const confidences = (t: Tree<any, any, any>, n: NodeId, i: number): number[] =>
  t
    .path(n)
    .slice(1)
    .map(e => (e === n ? t.draws(e)[i]?.forecast : undefined) ?? t.F[e])

function hasModel(s: Search<any, any, any>): boolean {
  try {
    return s.model() !== undefined
  } catch {
    return false
  }
}

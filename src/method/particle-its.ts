// Particle filtering: sampling from the policy times a likelihood, instead of maximising a score.
import { particles } from '../compose/index.ts'
import type { NodeId, Tree } from '../contract/index.ts'
import { vote } from '../kernel/index.ts'
import { bestAnswer, method } from '../runtime/index.ts'

/** Knobs of the filter; the Gibbs sampler around it has them too. */
export const filterKnobs = {
  N: { default: 32, min: 2, max: 10_000, doc: 'particles' },
  T: { default: 1, min: 0.001, max: 1000, doc: 'temperature of the resampling, in logits: how little the critic is trusted' },
  steps: { default: 40, min: 1, max: 10_000, doc: 'most steps of a particle' },
  clip: { default: 1e-7, min: 1e-12, max: 0.49, doc: 'values are brought into [clip, 1 - clip]: one judged 1 would weigh without end' },
  resample: { default: 'multinomial', choices: ['multinomial', 'systematic'], doc: 'systematic (not in the paper): less variance' },
  keepFinished: { default: true, doc: 'finished particles stay in the resampling; false: they leave it, and shorter answers lose nothing' },
  choose: { default: 'best', choices: ['best', 'weighted'], doc: 'the end of the highest weight, or a vote of the final weights' },
  untilSolved: { default: true, doc: 'stop at a verified answer; false: finish the pass' },
} as const

/**
 * Puri et al. 2025. A critic that errs is taken as a likelihood, not as an objective: the target is the policy times the odds of the critic's value.
 * Drawing keeps doubtful prefixes alive, so that one wrong value does not kill a solution.
 *
 * 1. Every unfinished particle draws one step.
 * 2. Weigh each by the critic's value r of its whole prefix: w = logit(r), clipped; theta = softmax(w / T).
 * 3. Draw N particles from theta, with repeats; copies share their prefix and go apart with their next step.
 * 4. Finished ones stay in the pool with their weight. Until all are finished.
 * 5. Answer: the end of the highest weight, or a vote of the final weights.
 *
 * Traps: a softmax over r itself, not its logit, hardly selects at all. The value is of the prefix and replaces the weight: multiplying over steps and
 * resampling at every step counts twice. With few particles and many steps all descend from one first step: the column `first` of the root says
 * how many are left. The column `evidence` is ln of the estimate of E[product of odds(r)^(1/T)] under the policy, right on average.
 */
export const particleIts = method({
  id: 'particle-its',
  version: 1,
  paper: {
    title: 'A Probabilistic Inference Approach to Inference-Time Scaling of LLMs using Particle-Based Monte Carlo Methods',
    id: 'arXiv:2502.01618',
    dossier: 'particle-its',
  },
  knobs: {
    ...filterKnobs,
    end: { default: 0, min: 0, max: 1000, doc: 'temperature at the last step, reached evenly from T; 0: T all along' },
    passes: { default: 1, min: 0, max: 10_000, doc: 'populations, one after the other; 0: until the budget ends' },
  },
  presets: { published: { untilSolved: false, passes: 1 }, robust: { N: 8, T: 2, passes: 0 } },
  promises: ['orderFree', 'anytime', 'unbiased'],
  needs: ['policy', 'value'],
  async run(s, k) {
    const temperature = (d: number) => (k.end === 0 ? k.T : k.T + ((k.end - k.T) * (d - 1)) / Math.max(1, k.steps - 1))
    const evidence: number[] = []
    for (let pass = 0; pass < (k.passes || Infinity); pass++) {
      const p = await particles(s, { ...k, n: k.N, temperature, rule: k.resample as 'multinomial', key: [pass] })
      evidence.push(Math.exp(p.evidence))
      note(s.tree, p, Math.log(evidence.reduce((a, x) => a + x, 0) / evidence.length))
      if (p.moved === 0) return
    }
  },
  answer: (t, k) => weightiest(t, k.choose), // 5
})

/** Keeps what a population came to: its final weights on the ends, and, on the root, its evidence and from how many first steps it descends. */
export function note(t: Tree<any, any, any>, p: { nodes: readonly NodeId[]; weights: readonly number[] }, evidence: number): void {
  const weight = t.column('weight', 0)
  p.nodes.forEach((n, i) => {
    weight[n] += p.weights[i]
  })
  t.column('evidence')[t.root] = evidence
  t.column('first')[t.root] = new Set(p.nodes.map(n => t.path(n)[1])).size
}

/** The end of the highest value, or a vote of the weights of all populations so far; a proven answer before all others. */
export function weightiest<Ans>(t: Tree<any, any, Ans>, choose: string) {
  const best = bestAnswer(t)
  if (choose === 'best' || best === null || t.is(best, 'solved')) return best
  const weight = t.column('weight', 0)
  const ballots = t.answers().flatMap(n => {
    const { answer, key } = t.outcome(n)!
    return weight[n] > 0 ? [{ answer, key, score: weight[n], node: n }] : []
  })
  return ballots.length === 0 ? best : vote(ballots, { mode: 'weighted' })
}

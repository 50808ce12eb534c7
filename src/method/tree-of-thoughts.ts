// Tree of Thoughts: breadth-first search that keeps the b best thoughts of a level (algorithm 1).
import { appraiser, distinctStates, finish } from '../compose/index.ts'
import type { Io, NodeId, Value } from '../contract/index.ts'
import { telling, top } from '../kernel/index.ts'
import { labels } from '../reward/index.ts'
import { method } from '../runtime/index.ts'

/** Labels of the paper's judge; a state's value is the SUM over its judgements, so that one `sure` outweighs nineteen `likely`. */
const scale = { sure: 20, likely: 1, impossible: 0.001 }

/**
 * Yao et al. 2023, algorithm 1, with the settings of its Game of 24:
 *
 * 1. Propose: one call that lists next thoughts (narrow spaces), or n_generate independent samples (wide ones).
 * 2. Evaluate each state alone, n_evaluate times, by a label; the labels' numbers are summed.
 * 3. Keep the b best (`greedy`), or b drawn in proportion to their values (`sample`; here without replacement).
 * 4. After T levels answer with the best.
 *
 * Traps: the judge sees what is left to do, not the way there, so a state's judgement is cached under its key. A second copy of a state in one level
 * gets no slot, else the beam fills with copies. Never average before ranking. What a level dropped is not seen again.
 * Where the paper goes on to the last level, `untilSolved` stops at a verified answer; finished states are rewarded and take no slot.
 */
export const treeOfThoughts = method({
  id: 'tree-of-thoughts',
  version: 1,
  paper: {
    title: 'Tree of Thoughts: Deliberate Problem Solving with Large Language Models',
    id: 'arXiv:2305.10601',
    dossier: 'tree-of-thoughts',
  },
  knobs: {
    b: { default: 5, min: 1, max: 1000, doc: 'states kept at a level (n_select_sample)' },
    nEvaluate: { default: 3, min: 1, max: 1000, doc: 'judgements of a state (n_evaluate_sample)' },
    generate: { default: 'propose', choices: ['propose', 'sample'], doc: 'one call that lists thoughts, or independent samples' },
    nGenerate: { default: 5, min: 1, max: 1000, doc: 'independent samples at a state (n_generate_sample), where `generate` is sample' },
    select: { default: 'greedy', choices: ['greedy', 'sample'], doc: 'the best, or drawn in proportion to value' },
    T: { default: 64, min: 1, max: 10_000, doc: 'most levels; the search ends where no state is open' },
    untilSolved: { default: true, doc: 'stop at a verified answer; false: as the paper, to the last level' },
  },
  presets: { published: { untilSolved: false } },
  parts: {
    /** The judge, given how many judgements it sums. A model that writes no words cannot say `sure`: then the frame's critic judges. */
    evaluator: (samples: number, io: Io): Value | undefined =>
      io.model('critic').dialect === 'text' ? labels({ scale, samples, combine: 'sum' }) : undefined,
  },
  promises: ['optimum', 'orderFree', 'anytime'],
  needs: ['policy'],
  async run(s, k, { evaluator }) {
    const t = s.tree
    const appraise = appraiser(s, { by: evaluator(k.nEvaluate, s) })
    const draw = k.generate === 'propose' ? { n: Infinity, how: 'distinct' as const } : { n: k.nGenerate }
    const grow = async (n: NodeId) => {
      const kids = await s.expand(n, draw) // 1
      await finish(s, kids, k)
      return kids
    }
    const value = telling(t, 'value', (n: NodeId) => t.V[n])
    let level: NodeId[] = [t.root]
    for (let d = 0; d < k.T && level.length > 0; d++) {
      const candidates = distinctStates(s, (await Promise.all(level.map(grow))).flat())
      await appraise(candidates) // 2
      level =
        k.select === 'greedy'
          ? top(candidates, k.b, value) // 3
          : s.random('select', d).sample(candidates, k.b, value)
    }
  },
})

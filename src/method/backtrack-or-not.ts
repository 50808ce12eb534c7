// To backtrack or not to backtrack: one long trace with its dead ends, or many short attempts, at equal spend.
import { attemptRounds, traceRounds } from '../compose/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Qin et al. 2025. Not one search but a question put to two, so that both are run in the same way and paid in the same coin.
 *
 * 1. `sequential` (BACKTRACK): one reply is a depth-first search written out: steps, dead ends, returns; its end is the answer. A model of words is asked for
 *    it; one of the dialect `tokens` must have been trained on such traces (src/learn/trace). The limit is the number of tokens, `max`.
 * 2. `parallel` (DIRECT): n whole attempts without returns, the best of them by the reward (pass@n with a verifier).
 * 3. `n` above 1 in the sequential form draws several traces side by side.
 *
 * Which wins depends on the task: a shallow, wide one that is easily checked favours parallel attempts, a deep one sequential search.
 *
 * Traps: tokens hide what attention to a long context costs; count operations too (`operations` of the seedling's shape). pass@n with a proof flatters parallel attempts. A trace that
 * is cut by its limit has no answer. A poor order of steps in the traces a model was trained on makes returning look worse than it is.
 */
export const backtrackOrNot = method({
  id: 'backtrack-or-not',
  version: 1,
  slot: 'evaluate',
  paper: {
    title: 'To Backtrack or Not to Backtrack: When Sequential Search Limits Model Reasoning',
    id: 'arXiv:2504.07052',
    dossier: 'backtrack-or-not',
  },
  knobs: {
    form: {
      default: 'sequential',
      choices: ['sequential', 'parallel'],
      doc: 'one long trace that returns from dead ends; or attempts that do not',
    },
    n: { default: 1, min: 0, max: 100_000, doc: 'traces, or attempts; 0: as many as the budget covers' },
    width: { default: 8, min: 1, max: 100, doc: 'steps tried at a state, as a model of words is told' },
    temperature: { default: 1, min: 0, max: 2, doc: 'of traces and attempts' },
    max: { default: 4096, min: 1, max: 1_000_000, doc: 'most tokens of a trace' },
    steps: { default: 64, min: 1, max: 10_000, doc: 'most steps of an attempt, where attempts are made of steps' },
    untilSolved: { default: true, doc: 'stop at a verified answer' },
  },
  presets: { published: { form: 'sequential', n: 1 } },
  needs: ['policy', 'reward'],
  async run(s, { temperature, ...k }) {
    if (k.form === 'parallel') await attemptRounds(s, { ...k, unlimited: 64, sampling: { temperature } })
    else await traceRounds(s, { ...k, temperature, form: 'depth', continuations: 0 })
  },
})

// Bag of tricks: the plain methods of test-time compute in one frame, under one proposer and one verifier.
import { ballots, dressed, finish, refiner } from '../compose/index.ts'
import type { Method, NodeId, Reward } from '../contract/index.ts'
import { type Ballot, vote } from '../kernel/index.ts'
import { judge } from '../reward/index.ts'
import { bestAnswer, method } from '../runtime/index.ts'
import { bestOfN } from './best-of-n.ts'
import { depthFirst } from './depth-first.ts'
import { puct } from './puct.ts'
import { selfConsistency } from './self-consistency.ts'
import { stepBeam } from './step-beam.ts'

const prompts: Readonly<Record<string, string | undefined>> = {
  plain: undefined,
  direct: 'Write no reasoning beside what is asked for.',
  cot: 'Think step by step.',
  reflective: 'Think step by step; look back at each step, and mend it where it is wrong before you go on.',
}
/** The control: a reward that knows nothing. */
const chance: Reward = { id: 'random', reward: async (_, outcome, io) => ({ value: outcome?.failed ? 0 : io.random('verifier').next() }) }

/**
 * Liu et al. 2025 (arXiv:2502.07191): a proposer (prompt, temperature, top-p, number of candidates) and a verifier (reward, the model itself, chance),
 * and over them six methods, two of them in two forms; each is a preset, and `bag-of-tricks@*` in a comparison is all of them:
 *
 * 1. `best-of-n`: N attempts, the best by the verifier.
 * 2. `step-best-of-n`: M candidates at each step, the best is kept.
 * 3. `beam`: N / M states a level, M candidates of each.
 * 4. `mcts`: PUCT, c = ln((N + 19652 + 1) / 19652) + 1.25, five simulations for a step of a path of eight; `tot-dfs`: depth first, of five candidates the
 *    worst 40 % dropped, eight levels.
 * 5. `majority`; `weighted-majority`: rewards scaled to [0, 1] and summed for each answer, its best attempt given.
 * 6. `self-refine`: criticise and rewrite, at most three rounds, until no error is found.
 *
 * Traps: equal N is not equal compute; compare at a budget. Rewards that are all equal scale to nothing: then it is a plain majority. Temperature and N
 * act together, so neither is tuned alone. Other verifiers than these are the frame's reward.
 */
export const bagOfTricks = method({
  id: 'bag-of-tricks',
  version: 1,
  slot: 'evaluate',
  paper: { title: 'Bag of Tricks for Inference-time Computation of LLM Reasoning', id: 'arXiv:2502.07191', dossier: 'bag-of-tricks' },
  knobs: {
    method: {
      default: 'best-of-n',
      choices: ['best-of-n', 'step-best-of-n', 'beam', 'mcts', 'tot-dfs', 'majority', 'weighted-majority', 'self-refine'],
      doc: 'which of the methods',
    },
    N: { default: 32, min: 1, max: 100_000, doc: 'attempts, or candidates of a level' },
    M: { default: 4, min: 1, max: 1000, doc: 'candidates of a step' },
    prompt: { default: 'plain', choices: ['plain', 'direct', 'cot', 'reflective'], doc: "words beside the world's own prompt" },
    temperature: { default: 0.7, min: 0, max: 2, doc: 'of all proposals' },
    topP: { default: 0.9, min: 0.01, max: 1, doc: 'of all proposals' },
    verifier: { default: 'reward', choices: ['reward', 'self', 'random'], doc: "the frame's reward, the model's own mark, or a control" },
    rounds: { default: 3, min: 0, max: 1000, doc: 'of self-refine, at most' },
    steps: { default: 64, min: 1, max: 10_000, doc: 'most steps of an attempt, where attempts are made of steps' },
  },
  presets: {
    'best-of-n': { method: 'best-of-n' },
    'step-best-of-n': { method: 'step-best-of-n' },
    beam: { method: 'beam' },
    mcts: { method: 'mcts' },
    'tot-dfs': { method: 'tot-dfs' },
    majority: { method: 'majority' },
    'weighted-majority': { method: 'weighted-majority' },
    'self-refine': { method: 'self-refine' },
  },
  needs: ['policy', 'value', 'reward'],
  async run(s, k) {
    const sampling = { temperature: k.temperature, topP: k.topP }
    const hint = prompts[k.prompt]
    const reward = { self: judge({ role: 'policy' }), random: chance }[k.verifier]
    const on = dressed(s, { sampling, ...(hint === undefined ? {} : { hint }), ...(reward === undefined ? {} : { reward }) })
    if (k.method !== 'self-refine') return inside(k).run(on)
    const refine = refiner(on, { steps: k.steps, reward: false })
    const kept = s.tree.column('kept', 0)
    let at = await refine.draft()
    for (let round = 0; at !== undefined; round++) {
      kept[at] = 1
      const said = round < k.rounds ? await refine.check(at) : undefined
      if (said === undefined || said.right) break
      const next: NodeId | undefined = await refine.revise(at, said.text)
      kept[at] = 0
      at = next ?? at
    }
    if (at !== undefined) await finish(on, [at])
  },
  answer(t, k) {
    if (k.method === 'majority') return vote(ballots(t), { mode: 'majority' })
    if (k.method === 'weighted-majority') return vote(scaled(ballots(t, n => t.R[n])), { mode: 'weighted' })
    if (k.method !== 'self-refine') return bestAnswer(t)
    const kept = t.column('kept', 0)
    return t.answers().find(n => kept[n] === 1) ?? null
  },
})

/** The method of a name, with settings as in the paper. */
function inside(k: { method: string; N: number; M: number; steps: number; temperature: number }) {
  const { N, M, steps, temperature } = k
  const of: Record<string, () => ReturnType<Method['with']>> = {
    'best-of-n': () => bestOfN.with({ knobs: { n: N, steps } }),
    'step-best-of-n': () => stepBeam.with({ knobs: { b1: 1, b2: M, rounds: steps } }),
    beam: () => stepBeam.with({ knobs: { b1: Math.max(1, Math.floor(N / M)), b2: M, rounds: steps } }),
    mcts: () => puct.with({ knobs: { cInit: 1.25, cBase: 19652, width: M, how: 'iid', simulations: 5 * 8 } }),
    'tot-dfs': () => depthFirst.with({ knobs: { k: 5, maxPerState: 3, vth: -1e9, T: 8 } }),
    majority: () => selfConsistency.with({ knobs: { n: N, steps, temperature } }),
    'weighted-majority': () => selfConsistency.with({ knobs: { n: N, steps, temperature, weights: 'reward' } }),
  }
  return of[k.method]()
}

/** Scores brought to [0, 1] by the least and the greatest; all alike or none known: all 1, a plain majority. */
function scaled<Ans>(xs: readonly Ballot<Ans>[]): Ballot<Ans>[] {
  const known = xs.map(x => x.score).filter(x => !Number.isNaN(x))
  const [low, high] = [Math.min(...known), Math.max(...known)]
  return xs.map(x => ({ ...x, score: high > low ? (x.score - low) / (high - low) : 1 }))
}

// DSER: chains of solutions that are checked and rewritten again and again, and a vote over where they end up.
import { type Checked, checkSolution, refiner } from '../compose/index.ts'
import type { Ask, NodeId } from '../contract/index.ts'
import { vote } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Deep self-evolving reasoning (arXiv:2510.17498): verify and refine for many rounds, trusting no single verdict.
 *
 * 1. K chains, each with a solution s_0 of its own.
 * 2. A round: the model checks s in words, and writes s anew with that check before it. Nothing is accepted, nothing stops a chain; only the latest
 *    solution is kept in its prompt, so a chain is Markov and its prompt does not grow.
 * 3. With p_IC the chance to repair and p_CI to spoil, the share of right solutions goes to p_IC / (p_IC + p_CI), by a factor 1 - p_IC - p_CI a round.
 * 4. Answer: majority over all chains and their last `pool` rounds.
 *
 * Traps: it pays where a round repairs more often than it spoils, and the right answer has the plurality in the limit; with several wrong attractors the
 * first alone is not enough. Rounds of one chain resemble each other: a pool of T rounds is worth fewer than T votes. Stopping a chain where its check
 * finds no error undoes the guarantee. Easy tasks save nothing: two calls a round, whatever is known.
 */
export const dser = method({
  id: 'dser',
  version: 1,
  paper: { title: 'Deep Self-Evolving Reasoning', id: 'arXiv:2510.17498', dossier: 'dser' },
  knobs: {
    K: { default: 8, min: 1, max: 10_000, doc: 'chains' },
    n: { default: 20, min: 0, max: 100_000, doc: 'rounds of each chain (the paper: tens)' },
    pool: { default: 10, min: 1, max: 100_000, doc: 'of each chain so many of the latest solutions vote' },
    temperature: { default: 1, min: 0, max: 2, doc: 'of the solutions' },
    steps: { default: 64, min: 1, max: 10_000, doc: 'most steps of a solution, where solutions are made of steps' },
  },
  parts: { check: checkSolution as Ask<string, Checked> },
  needs: ['policy'],
  async run(s, k, { check }) {
    const late = s.tree.column('late', 0)
    const refine = refiner(s, { check, steps: k.steps, sampling: { temperature: k.temperature }, reward: false })
    const chain = async (): Promise<void> => {
      let at: NodeId | undefined
      const pool: NodeId[] = []
      for (let round = 0, silent = 0; round <= k.n && silent < 3; round++) {
        const next: NodeId | undefined = at === undefined ? await refine.draft() : await refine.revise(at, (await refine.check(at)).text) // 2
        silent = next === undefined ? silent + 1 : 0
        at = next ?? at // what cannot be read leaves the chain where it is
        if (at === undefined) continue
        late[at] += 1
        pool.push(at)
        if (pool.length > k.pool) late[pool.shift()!] -= 1
      }
    }
    await Promise.all(Array.from({ length: k.K }, chain)) // 1
  },
  answer(t) {
    const late = t.column('late', 0)
    const ends = t.answers().map(n => ({ answer: t.outcome(n)!.answer, key: t.outcome(n)!.key, score: late[n], node: n }))
    return vote(ends, { mode: 'weighted' }) // 4
  },
})

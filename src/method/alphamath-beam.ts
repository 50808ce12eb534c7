// AlphaMath's step-level beam search: what replaces its tree when there is nothing to learn, only to answer.
import { appraiser, ballots, distinctStates, finish } from '../compose/index.ts'
import type { NodeId } from '../contract/index.ts'
import { telling, top, vote } from '../kernel/index.ts'
import { bestAnswer, method } from '../runtime/index.ts'

/**
 * Chen et al. 2024, algorithm 2: a beam ranked by the value head alone.
 *
 * 1. B1 B2 first steps are sampled, afterwards B2 from each beam; equal ones are one.
 * 2. All of them are one pool, ranked by the value of the NEW state: no sum, no log-probability. What has ended competes there by its own value.
 * 3. The best B1 are kept. One that has ended, with an answer or without, is moved to the answers, and the beam is narrower by one from then on.
 * 4. The answer is the one of the greatest value; several runs may vote.
 *
 * Traps: states of different depth never meet in one pool, but an early end takes its slot for good and competes again only in the last ranking. A beam of
 * width 1 ends with the first end that ranks best: its pool holds nothing else to fall back on.
 */
export const alphamathBeam = method({
  id: 'alphamath-beam',
  version: 1,
  slot: 'search',
  paper: { title: 'AlphaMath Almost Zero: process Supervision without process', id: 'arXiv:2405.03553', dossier: 'alphamath' },
  knobs: {
    b1: { default: 1, min: 1, max: 1000, doc: 'B1, beams kept' },
    b2: { default: 5, min: 1, max: 1000, doc: 'B2, steps sampled from each beam' },
    maxDepth: { default: 10, min: 1, max: 10_000, doc: 'most steps of an answer' },
    runs: { default: 1, min: 0, max: 10_000, doc: 'whole searches over one tree; 0: until the budget ends' },
    choose: { default: 'best', choices: ['best', 'vote'], doc: 'the answer of the greatest value, or the most frequent one over all ends' },
    untilSolved: { default: true, doc: 'stop at a verified answer; false: finish the run' },
  },
  presets: { published: { untilSolved: false }, robust: { b1: 3, runs: 0 } },
  promises: ['orderFree'],
  needs: ['policy', 'value'],
  async run(s, k) {
    const t = s.tree
    const appraise = appraiser(s)
    for (let pass = 0; pass < (k.runs || Infinity); pass++) {
      let beam: NodeId[] = [t.root]
      let width = k.b1
      let drawn = 0
      for (let d = 0; d < k.maxDepth && beam.length > 0; d++) {
        const grown = await Promise.all(
          beam.map(async n => {
            const kids = await s.expand(n, { n: d === 0 ? k.b1 * k.b2 : k.b2, sampling: { grain: 'step' } }) // 1
            await finish(s, kids, k)
            return kids
          }),
        )
        const pool = [...new Set(grown.flat())]
        drawn += pool.length
        const fresh = distinctStates(s, pool)
        await appraise(fresh)
        const open = new Set(fresh)
        const kept = top(
          pool.filter(n => t.is(n, 'end') || open.has(n)),
          width,
          telling(t, 'value', n => t.V[n]),
        ) // 2
        beam = kept.filter(n => !t.is(n, 'end'))
        width -= kept.length - beam.length // 3
      }
      if (drawn === 0) return
    }
  },
  answer(t, k) {
    const best = bestAnswer(t)
    if (k.choose === 'best' || best === null || t.is(best, 'solved')) return best
    return vote(ballots(t), { mode: 'majority' }) // 4
  },
})

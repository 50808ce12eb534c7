// Diverse verifier tree search: independent subtrees, each a greedy beam of one.
import { advance, appraiser, chooseKnob, distinctStates, elected } from '../compose/index.ts'
import type { NodeId } from '../contract/index.ts'
import { argmax, telling } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Beeching, Tunstall and Rush 2024, "Scaling test-time compute with open models" (the library search-and-learn).
 *
 * 1. N / M subtrees begin at the root, independent of each other.
 * 2. Each samples M next steps from where it stands.
 * 3. Each goes to the one its verifier values most; the others are dropped.
 * 4. Until every subtree has ended; the answer is a vote weighted by the verifier, over all that ended.
 *
 * A step-level beam of the same cost crowds into the branch that looks best; here a subtree that looks worse is carried to its end.
 *
 * Traps: where first steps are few, subtrees meet: `apart` gives each a state of its own while there are enough. A verifier's word weighs in the
 * vote; with the world's proof the vote is over. Equal draws are one node, so M draws may be fewer than M choices.
 */
export const dvts = method({
  id: 'dvts',
  version: 1,
  paper: { title: 'Scaling test-time compute with open models', id: 'HuggingFaceH4/blogpost-scaling-test-time-compute' },
  knobs: {
    n: { default: 16, min: 1, max: 10_000, doc: 'beams: n / m subtrees (N)' },
    m: { default: 4, min: 1, max: 1000, doc: 'steps sampled by each subtree at a level (M, the beam width)' },
    rounds: { default: 40, min: 1, max: 10_000, doc: 'most levels' },
    apart: { default: false, doc: 'no two subtrees stand on one state, while there are others' },
    choose: chooseKnob,
    passes: { default: 1, min: 0, max: 10_000, doc: 'how often the whole search is made, over one tree; 0: until the budget ends' },
    untilSolved: { default: true, doc: 'stop at a verified answer; false: finish the pass' },
  },
  presets: { published: { untilSolved: false }, robust: { apart: true, passes: 0 } },
  promises: ['orderFree'],
  needs: ['policy', 'value'],
  async run(s, k) {
    const t = s.tree
    const appraise = appraiser(s)
    const roots = Math.max(1, Math.floor(k.n / k.m))
    for (let pass = 0; pass < (k.passes || Infinity); pass++) {
      let moved = 0
      /** Subtrees by the node they stand on: those that meet draw together, and choose each among its own draws. */
      let standing = new Map<NodeId, number>([[t.root, roots]])
      for (let d = 0; d < k.rounds && standing.size > 0; d++) {
        const hands: NodeId[][] = []
        const draws = new Map([...standing].map(([n, subtrees]) => [n, subtrees * k.m]))
        for (const [i, drawn] of (await advance(s, draws, k)).entries()) {
          const subtrees = [...standing.values()][i]
          for (let j = 0; j < subtrees; j++) hands.push(drawn.slice(j * k.m, (j + 1) * k.m)) // 2
          moved += drawn.length
        }
        await appraise(distinctStates(s, hands.flat()))
        standing = new Map()
        for (const hand of hands) {
          const open = distinctStates(s, hand)
          const free = k.apart ? open.filter(n => !standing.has(n)) : open
          const best = argmax(
            free.length > 0 ? free : open,
            telling(t, 'value', n => t.V[n]),
          ) // 3
          if (best !== undefined) standing.set(best, (standing.get(best) ?? 0) + 1)
        }
      }
      if (moved === 0) return
    }
  },
  answer: (t, k) => elected(t, k.choose), // 4
})

// Best-first tree search for language model agents.
import { finish } from '../compose/index.ts'
import type { EdgeId, Io, NodeId, Value } from '../contract/index.ts'
import { canonical, Frontier, tell, telling, top } from '../kernel/index.ts'
import { labels, plainScale } from '../reward/index.ts'
import { bestAnswer, method } from '../runtime/index.ts'

/**
 * Koh et al. 2024: at each decision a small best-first search in the real environment; then the whole best path is gone, and the search begins anew there.
 *
 * 1. Candidates at a state: `draws` samples of the agent's prompt, equal actions counted, the b most frequent kept.
 * 2. The frontier holds actions not yet taken. Those of the first state enter with 0.5, later ones with the value of the state that they LEAVE: what an
 *    action is worth is known only after it was taken.
 * 3. Take the best (of equals the first that came): go to its state, act, and judge the new state by the mean of `samples` judgements: 1 done, 0.5 on
 *    the way, 0 neither. At most c states are judged for one decision.
 * 4. The best state so far is kept (strictly better ones only); a value of `enough` ends the round. Else candidates of the new state are added, unless it
 *    is finished, the path is d actions long, or its last `repeats` actions are the same.
 * 5. All actions of the best path are committed to. Then the next round, at most maxSteps of them, until a finished state or a value of `enough`.
 *
 * Traps: with 20 samples a value of 1 needs all of them to agree, so a round seldom ends early. Children of a state of value 0 are on the frontier all the
 * same. Going back is by reset and replay where the world cannot be copied, and repeats what it does there. A state judged in an earlier round is not
 * judged again. `frontier` has the paper's two rivals, breadth-first and depth-first, over the same code.
 */
export const lmAgentTreeSearch = method({
  id: 'lm-agent-tree-search',
  version: 1,
  paper: { title: 'Tree Search for Language Model Agents', id: 'arXiv:2407.01476', dossier: 'lm-agent-tree-search' },
  knobs: {
    b: { default: 5, min: 1, max: 1000, doc: 'branching: candidates kept at a state' },
    d: { default: 5, min: 1, max: 10_000, doc: 'most actions of a path within one decision' },
    c: { default: 20, min: 1, max: 1_000_000, doc: 'states judged for one decision (search budget)' },
    maxSteps: { default: 5, min: 0, max: 1_000_000, doc: 'most decisions; 0: until the budget ends' },
    draws: { default: 20, min: 1, max: 1000, doc: 'samples from which candidates are counted; at least 2 b' },
    samples: { default: 20, min: 1, max: 1000, doc: 'judgements of a state' },
    enough: { default: 1, min: -1e9, max: 1e9, doc: 'a value at which the search ends' },
    repeats: { default: 5, min: 0, max: 1000, doc: 'the same action so often in a row is a loop; 0: never' },
    frontier: {
      default: 'best',
      choices: ['best', 'breadth', 'depth'],
      doc: 'the most promising action, the first that came, or the last',
    },
    untilSolved: { default: true, doc: 'stop at a verified answer' },
  },
  presets: { published: { maxSteps: 5 } },
  parts: {
    /** The judge, given how many judgements it averages. A model that writes no words cannot judge by one: then the frame's critic does. */
    judge: (samples: number, io: Io): Value | undefined =>
      io.model('critic').dialect === 'text' ? labels({ scale: plainScale, samples }) : undefined,
  },
  promises: ['orderFree'],
  needs: ['policy'],
  async run(s, k, { judge }) {
    const t = s.tree
    const { M, V } = t
    const by = judge(k.samples, s)
    const drawn = new Set<NodeId>()
    const candidates = async (n: NodeId): Promise<EdgeId[]> => {
      if (!drawn.has(n)) await s.propose(n, { n: Math.max(2 * k.b, k.draws) })
      drawn.add(n)
      return top(
        t.edges(n),
        k.b,
        telling(t, 'agreement', e => M[e]),
      ) // 1
    }
    const appraise = async (n: NodeId): Promise<boolean> => {
      if (!Number.isNaN(V[n])) return false
      await finish(s, [n], k)
      if (!t.is(n, 'end')) await s.value([n], by === undefined ? {} : { by })
      return true
    }
    const loops = (n: NodeId): boolean => {
      const last = t.path(n).slice(-k.repeats)
      return k.repeats > 0 && last.length === k.repeats && new Set(last.map(m => (m === t.root ? '' : canonical(t.action(m))))).size === 1
    }

    for (let round = 0; round < (k.maxSteps || Infinity) && !t.is(t.root, 'end'); round++) {
      const open = new Frontier<EdgeId>('max', (e, worth) => tell(t, 'worth', e, worth))
      let pushed = 0
      const push = (e: EdgeId, worth: number): void => open.push(e, k.frontier === 'best' ? worth : k.frontier === 'breadth' ? 0 : pushed++)
      for (const e of await candidates(t.root)) push(e, 0.5) // 2
      const base = t.depth(t.root)
      let best: NodeId | undefined
      for (let judged = 0; judged < k.c; ) {
        const e = open.pop() // 3
        if (e === undefined) break
        const [n] = await s.step([e])
        if (n === undefined) continue
        if (await appraise(n)) judged++
        if (best === undefined || V[n] > V[best] || Number.isNaN(V[best])) best = n // 4
        if (V[n] >= k.enough) break
        if (t.depth(n) - base < k.d && !t.is(n, 'end') && !loops(n)) for (const c of await candidates(n)) push(c, V[n])
      }
      if (best === undefined || !(await s.commit(best)) || V[best] >= k.enough) return // 5
    }
  },
  answer: t => (t.outcome(t.root) === null ? bestAnswer(t) : t.root),
})

// MCTS-DPO: a search for each step of an answer, whose committed steps and their siblings are step-level preference pairs.
import { appraiser, attempts, finish } from '../compose/index.ts'
import type { Column, EdgeId, NodeId, Search } from '../contract/index.ts'
import { argmax, backup, childMean, chosenBy, meanLogprob, puct, type Rule, softmax } from '../kernel/index.ts'
import { bestAnswer, method } from '../runtime/index.ts'

/**
 * Xie et al. 2024. The searching half: the loss over its pairs (`stepPairs`) is left to the learning room.
 *
 * 1. From the place committed to, at most `depthLimit` levels are searched; the last one is written to the end of the answer.
 * 2. Children: n1 sampled steps at that place, n2 below; equal ones are one.
 * 3. Score of a state: R = C / max(depth - 3, 1) + O. C the critic's (self-evaluation) value, O = +1 or -1 for a right or wrong end. Unknown C: the parent's R.
 * 4. The reward of a step is a difference: r = R(child) - R(parent); a new child's Q = V(parent) + r.
 * 5. Selection: Q + w p sqrt(N(parent)) / (1 + N), p = exp(sum log p(token) / L^lambda), or the share of the draws.
 * 6. One iteration goes down to an end or the depth limit, expanding and scoring all children on its way.
 * 7. Backup: Q(leaf) = r; above V = sum max(1, N) Q / sum max(1, N) over all children, Q = r + gamma V, N += 1.
 * 8. After nIters iterations (4 x nIters at the root) one child is committed to, the greatest by (N (1 + visit gap among its own children), Q, V) in this
 *    order, or drawn by exp(Q / temperature), and the search goes on from there until an end. The tree stays whole: nothing is thrown away.
 *
 * Traps: the reward is a difference of scores; adding R along a path would count it twice. An unvisited child weighs 1 in V, so its hopeful first Q leaks up.
 * Depth divides the confidence but not the outcome: `penalty: false` drops that. The published self-evaluation sees the reference answer in training; the
 * frame's critic here does not.
 */
export const mctsDpo = method({
  id: 'mcts-dpo',
  version: 1,
  slot: 'learn',
  paper: {
    title: 'Monte Carlo Tree Search Boosts Reasoning via Iterative Preference Learning',
    id: 'arXiv:2405.00451',
    dossier: 'mcts-dpo',
  },
  knobs: {
    nIters: { default: 64, min: 1, max: 1_000_000, doc: 'iterations for each committed step' },
    rootFactor: { default: 4, min: 1, max: 1000, doc: 'so many times as many at the root' },
    depthLimit: { default: 3, min: 1, max: 10_000, doc: 'levels searched from a committed place' },
    n1: { default: 2, min: 1, max: 1000, doc: 'children of the committed place' },
    n2: { default: 2, min: 1, max: 1000, doc: 'children below' },
    w: { default: 1, min: 0, max: 1000, doc: 'exploration' },
    gamma: { default: 1, min: 0, max: 1, doc: 'discount' },
    lambda: { default: 1.25, min: 0, max: 10, doc: 'length penalty of the prior' },
    penalty: { default: true, doc: 'divide the confidence by max(depth - 3, 1)' },
    temperature: { default: 0, min: 0, max: 1000, doc: 'of the choice of the committed step; 0: the greatest' },
    choose: { default: 'best', choices: ['best', 'committed'], doc: 'the best answer found, or the committed one' },
    untilSolved: { default: true, doc: 'stop at a verified answer; false: for training data' },
  },
  presets: { published: {}, data: { n1: 4, n2: 4, temperature: 1, untilSolved: false }, robust: { n1: 12, n2: 5, w: 0.3 } },
  needs: ['policy', 'value', 'reward'],
  async run(s, k) {
    const t = s.tree
    const { Q, V, R, P } = t
    const appraise = appraiser(s)
    const marks = t.column('mark') // R(s) of the paper
    const gains = t.column('gain') // r(s, a)
    const worths = t.column('worth', 0) // V(s) of the paper
    const committed = t.column('committed', 0)
    marks[t.root] = 0
    committed[t.root] = 1
    const score = puct(t, { c: k.w, unvisited: (e: EdgeId) => Q[e] })
    chosenBy(t, score)
    const below = childMean('atLeastOne')
    const rule: Rule = (_, n, r) => {
      worths[n] = below(t, n, r) || worths[n]
      return (n === t.root ? 0 : gains[n]) + k.gamma * worths[n] // 7
    }
    /** Scores new nodes against `from`, and hands what a whole end is worth to the steps that lead to it. */
    const judge = async (from: NodeId, nodes: readonly NodeId[]): Promise<void> => {
      await finish(s, nodes, k)
      await appraise(nodes)
      for (const n of nodes) {
        const prior = Math.exp(meanLogprob(t.draws(n)[0] ?? { action: null }, k.lambda))
        if (!Number.isNaN(prior)) P[n] = prior // 5
        const depth = k.penalty ? Math.max(t.depth(n) - 3, 1) : 1
        const outcome = t.is(n, 'end') ? 2 * R[n] - 1 : 0
        const mark = V[n] / depth + outcome
        marks[n] = Number.isNaN(mark) ? marks[from] : mark // 3
        gains[n] = marks[n] - marks[from]
        Q[n] = worths[from] + gains[n] // 4
        for (let m = t.parent(n)!; m !== from; m = t.parent(m)!) {
          marks[m] = marks[from]
          gains[m] = 0
          Q[m] = Number.isNaN(Q[m]) ? Q[n] : Math.max(Q[m], Q[n])
        }
      }
    }
    const expand = async (from: NodeId, level: number): Promise<void> => {
      const n = level === 0 ? k.n1 : k.n2
      const last = level + 1 >= k.depthLimit
      const nodes = last
        ? await attempts(s, n, { from, reward: false })
        : await s.expand(from, { n, tries: 3, sampling: { grain: 'step' } }) // 1, 2
      await judge(from, nodes)
    }
    const expanding = new Set<NodeId>()
    const expanded = new Set<NodeId>()
    let at: NodeId = t.root
    while (!t.is(at, 'end')) {
      const base = at
      const times = k.nIters * (base === t.root ? k.rootFactor : 1)
      await s.workers(
        async sim => {
          let n = sim.hold(base)
          while (!t.is(n, 'end')) {
            if (expanding.has(n)) sim.hold(null)
            if (!expanded.has(n) && t.first(n) === -1) {
              expanding.add(n)
              await expand(n, t.depth(n) - t.depth(base)).finally(() => expanding.delete(n))
              expanded.add(n)
            }
            const from = n
            const next = argmax(t.children(from), c => score(c, from), sim.random)
            if (next === undefined) break
            n = sim.hold(next)
          }
          if (n !== base) backup(t, n, 0, rule)
        },
        { times },
      ) // 6
      const next = chosen(s, base, worths, k.temperature)
      if (next === undefined) return
      committed[next] = 1 // 8
      at = next
    }
  },
  answer: (t, k) => (k.choose === 'committed' && t.answers().find(n => t.column('committed', 0)[n] === 1)) || bestAnswer(t),
})

/** The child to commit to. */
function chosen(s: Search<any, any, any>, at: NodeId, worth: Column, temperature: number): NodeId | undefined {
  const { N, Q } = s.tree
  const kids = s.tree.children(at).filter(n => !Number.isNaN(Q[n]))
  const laws = softmax(
    kids.map(n => Q[n]),
    temperature,
  )
  if (temperature > 0) return kids[s.at(at).random('commit').weighted(laws)]
  /** How sure the search is of what comes next: the first's visits over the second's. */
  const gap = (n: NodeId): number => {
    const visits = s.tree
      .children(n)
      .map(c => N[c])
      .sort((a, b) => b - a)
    return (visits[0] ?? 0) - (visits[1] ?? 0)
  }
  return kids.toSorted((a, b) => N[b] * (1 + gap(b)) - N[a] * (1 + gap(a)) || Q[b] - Q[a] || worth[b] - worth[a])[0]
}

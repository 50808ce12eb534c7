// ReST-MCTS*: process reward guided tree search.
import { appraiser, finish, growth, paced, paceKnob, rollout } from '../compose/index.ts'
import type { Ask, Drawing, NodeId } from '../contract/index.ts'
import { argmax, backup, childMean, descend, minimax, type Rule, uct, unless } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

const selfCritic: Ask<void, { end: boolean; advice?: string }> = {
  id: 'self-critic',
  role: 'critic',
  prompt: (_, at) => [...at.messages(), { role: 'user', content: 'Is the problem solved? Reply END, or say in short what to do next.' }],
  parse: text => (/^\s*END\b/.test(text) ? { end: true } : { end: false, advice: text.trim() }),
  otherwise: { end: false },
}

/**
 * Zhang et al. 2024. The paper's V is Q here: it begins as the critic's value and is replaced, not averaged, by what is found below.
 *
 * 1. Selection by Q + c sqrt(2 ln N(parent) / N); an unvisited child scores Q + infBonus, a constant, so a badly valued new child can lose to a visited one.
 * 2. Stop where Q reaches endGate: of finished states only, since most critics say how promising an unfinished one is, not how nearly done.
 * 3. Self-critic: a call that says END, or (`rich`) what to do next, which enters the proposal's prompt. `none` where the world itself says END.
 * 4. Expansion: `branch` steps sampled, repeated ones rejected; each new state is valued.
 * 5. Greedy rollout from the best child: up to rollForwardSteps times rollBranch steps, the best-valued one kept; nothing of it is searched.
 *    Q(best) = (1 - alpha) Q + alpha max value met; N(best) += 1.
 * 6. Backup to the root: N += 1, Q = mean of the children's Q by their visits; children never visited do not count.
 *
 * Traps: values are of the whole prefix and are never summed along a path. With a finite bonus the breadth depends on how the critic is scaled.
 * `data: true` switches every early stop off, for trees that are to become training data. The paper draws at a node once; `widening` above 0 draws
 * again at nodes visited often or exhausted.
 */
export const restMcts = method({
  id: 'rest-mcts',
  version: 1,
  paper: { title: 'ReST-MCTS*: LLM Self-Training via Process Reward Guided Tree Search', id: 'arXiv:2406.03816', dossier: 'rest-mcts' },
  knobs: {
    branch: { default: 3, min: 1, max: 1000, doc: 'steps drawn at a node' },
    how: {
      default: 'iid',
      choices: ['iid', 'distinct', 'all'],
      doc: 'steps sampled one by one, listed by one call, or enumerated by the world',
    },
    c: { default: 0.7, min: 0, max: 1000, doc: 'exploration, in units of the value' },
    infBonus: { default: 1, min: 0, max: 1e9, doc: 'what an unvisited child is given on top of its value' },
    norm: { default: 'none', choices: ['none', 'minmax'], doc: 'minmax: Q scaled to the range of the siblings' },
    alpha: { default: 0.5, min: 0, max: 1, doc: 'weight of the rollout against the first value' },
    rollBranch: { default: 1, min: 1, max: 1000, doc: 'steps sampled at each level of the rollout' },
    rollForwardSteps: { default: 3, min: 0, max: 10_000, doc: 'most levels of the rollout; 0: none' },
    endGate: { default: 0.9, min: -1e9, max: 1e9, doc: 'a finished state of this reward ends the search' },
    iterations: { default: 100, min: 0, max: 10_000_000, doc: 'most iterations; 0: until the budget ends' },
    rule: { default: 'mean', choices: ['mean', 'max'], doc: "Q of a node with children: their mean by visits, or the best child's" },
    critic: {
      default: 'none',
      choices: ['rich', 'simple', 'none'],
      doc: 'self-critic before expansion: its advice is used, only its END, or it is not asked',
    },
    widening: { default: 0, min: 0, max: 1, doc: 'a node of N visits is drawn at N^widening times; 0: once' },
    ...paceKnob,
    data: { default: false, doc: 'no early stop: the whole budget, for training data' },
  },
  presets: {
    published: { critic: 'rich' },
    robust: { how: 'distinct', branch: 8, c: 0.1, infBonus: 0, rule: 'max', rollForwardSteps: 0, widening: 0.3, iterations: 0 },
  },
  parts: { selfCritic },
  promises: ['optimum'],
  needs: ['policy', 'value'],
  async run(s, k, { selfCritic }) {
    const t = s.tree
    const { N, Q, V } = t
    const appraise = appraiser(s)
    const fresh = { tries: 3, accept: notRepeated }
    const grown = growth(s, { draw: { n: k.branch, how: k.how as Drawing, ...fresh }, widening: k.widening })
    const score = uct(t, { c: k.c * Math.SQRT2, unvisited: e => Q[e] + k.infBonus, norm: k.norm as 'none' | 'minmax' })
    const best: Rule = (t, n, r) => {
      const below = minimax(t, n, r)
      return V[n] > below || Number.isNaN(below) ? V[n] : below
    }
    const rule = k.rule === 'mean' ? childMean('visits') : best
    const open = unless(score, grown.spent)
    const judge = async (nodes: NodeId[]) => {
      const solved = await finish(s, nodes)
      if (!k.data && (solved || nodes.some(n => t.is(n, 'end') && t.R[n] >= k.endGate))) s.stop() // 2
      await appraise(nodes)
      for (const n of nodes) if (N[n] === 0 && Number.isNaN(Q[n])) Q[n] = V[n]
      return nodes
    }
    const ahead = async (n: NodeId) => judge(await s.expand(n, { ...fresh, n: k.rollBranch, aside: true }))

    await s.workers(
      paced(s, k.pace, async sim => {
        const leaf = sim.hold(descend(t, open, sim.random, { go: n => !grown.wants(n) })) // 1
        const said = k.critic === 'none' ? { end: false } : await s.at(leaf).ask(selfCritic) // 3
        if (said.end) s.prune(leaf)
        else {
          const kids = await judge(await s.step(await grown.draw(leaf, k.critic === 'rich' ? { hint: said.advice } : {}))) // 4
          const best = argmax(kids, n => (t.is(n, 'failed') ? Number.NaN : score(n, leaf)), sim.random)
          if (best !== undefined) {
            const seen = await rollout(t, best, ahead, n => V[n], { steps: k.rollForwardSteps }) // 5
            const high = Math.max(...[best, ...seen].map(n => V[n]).filter(v => !Number.isNaN(v)))
            if (Number.isFinite(high)) Q[best] = (1 - k.alpha) * Q[best] + k.alpha * high
            N[best] += 1
          }
        }
        backup(t, leaf, 0, rule) // 6
      }),
      k.iterations > 0 ? { times: k.iterations } : {},
    )
  },
})

/** A step that is words is neither empty nor said before. A single word, such as a move, may come again. */
const notRepeated = (d: { text?: string; action: unknown }, at: { steps: readonly { action: unknown }[] }): true | string => {
  if (d.text === undefined || typeof d.action !== 'string') return true
  const text = d.text.trim()
  if (text === '') return 'the step is empty'
  return /\s/.test(text) && at.steps.some(x => x.action === text) ? 'this step was already made' : true
}

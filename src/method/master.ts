// MASTER: each node checks its facts, then scores itself with a confidence that says how far the score is trusted; no simulations.
import { finish } from '../compose/index.ts'
import type { Ask, NodeId } from '../contract/index.ts'
import { argmax, chosenBy, terms } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

const validate: Ask<void, string> = {
  id: 'validation',
  role: 'critic',
  temperature: 0,
  prompt: (_, at) => [
    ...at.messages(),
    { role: 'user', content: 'Not the next step this time: check the key facts of what was done so far, one by one, in a few words.' },
  ],
  parse: text => text.trim() || { reject: 'the reply is empty' },
  otherwise: '',
}

/**
 * Gan et al. 2025. Every node is an agent that solved a little of the task and knows the line of its ancestors.
 *
 * 1. A node is made: thought and action are drawn, the action is taken.
 * 2. Validation: a call that checks the key facts; then assessment: score r0 and confidence c0, by the critic, which reads the validation. Both texts
 *    are kept as notes for the node and those below it.
 * 3. Expansion: `branches` children from one prompt; a node is expanded once.
 * 4. Selection, global: the expandable node of greatest R + w / c0 sqrt(ln N / n), with R = (c0 r0 + sum of backed-up r) / (c0 + k), k such updates,
 *    n = 1 + k, N = 1 + the n of it and its siblings. An unsure assessment is trusted less and explored more.
 * 5. A finished node is evaluated by the reward. Right (`accept`): it is the answer, and the search stops. Wrong: its reward updates R from its parent to the root.
 * 6. After maxExpansion expansions: the finished node of greatest reward.
 *
 * The algebra of 4, and w = 1/10, are a reading of the paper, not its words. Traps: a judge that accepts wrongly ends the search, so it must be
 * stricter than the critic. Only failures back up: R drifts down, and a node never tried keeps its r0. A critic without a confidence counts as `sure`.
 * A finished node is evaluated, not assessed.
 */
export const master = method({
  id: 'master',
  version: 1,
  paper: { title: 'MASTER: A Multi-Agent System with LLM Specialized MCTS', id: 'arXiv:2501.14304', dossier: 'master' },
  slot: 'search',
  knobs: {
    branches: { default: 2, min: 1, max: 1000, doc: 'children of an expansion' },
    maxExpansion: { default: 0, min: 0, max: 10_000_000, doc: 'most expansions; 0: until the budget ends or nothing is open' },
    temperature: { default: 0.6, min: 0, max: 2, doc: 'of the proposals' },
    weight: { default: 0.1, min: 0, max: 1000, doc: 'w of the exploration' },
    least: { default: 0.1, min: 1e-6, max: 1, doc: 'least confidence; what is below counts as this' },
    sure: { default: 1, min: 1e-6, max: 1, doc: 'confidence of a critic that gives none' },
    trust: { default: true, doc: 'false: every assessment has the confidence `sure`' },
    validation: { default: true, doc: 'check facts before the assessment' },
    accept: { default: 1, min: -1e9, max: 1e9, doc: 'a finished node of this reward is the answer' },
  },
  parts: { validate },
  needs: ['policy', 'value'],
  async run(s, k, { validate }) {
    const t = s.tree
    const { Q, V } = t
    const confidence = t.column('confidence', k.sure)
    const updates = t.column('updates', 0)
    const backed = t.column('backed', 0)
    const expanded = t.column('expanded', 0)
    const settle = (n: NodeId): void => {
      const c = confidence[n]
      const first = Number.isNaN(V[n]) ? 0 : c * V[n]
      const weight = (Number.isNaN(V[n]) ? 0 : c) + updates[n]
      if (weight > 0) Q[n] = (first + backed[n]) / weight
    }
    const assess = async (n: NodeId): Promise<void> => {
      const facts = k.validation ? await s.at(n).ask(validate) : ''
      if (facts !== '') s.note(n, `Checked: ${facts}`, { kind: 'validation' })
      const [a] = await s.value([n]) // 2
      if (a.critique !== undefined) s.note(n, `Assessed: ${a.critique}`, { kind: 'assessment' })
      confidence[n] = k.trust ? Math.min(1, Math.max(k.least, a.confidence ?? k.sure)) : k.sure
      settle(n)
    }
    const fail = (end: NodeId): void => {
      const r = t.R[end]
      if (Number.isNaN(r)) return
      for (const n of t.path(end).slice(0, -1)) {
        updates[n] += 1
        backed[n] += r
        settle(n)
      }
    }
    const times = (n: NodeId): number => 1 + updates[n]
    const explore = (n: NodeId, p: NodeId): number => {
      const all = t.children(p).reduce((sum, c) => sum + times(c), 1)
      return (k.weight / confidence[n]) * Math.sqrt(Math.log(all) / times(n))
    }
    const score = terms(t, { exploit: n => Q[n], explore: (n, p) => explore(n as NodeId, p) }) // 4
    chosenBy(t, score)
    const open = (): NodeId[] => t.nodes().filter(n => expanded[n] === 0 && !t.is(n, 'end') && !t.is(n, 'failed'))
    await s.workers(
      async sim => {
        const n = sim.hold(argmax(open(), x => (x === t.root ? 0 : score(x, t.parent(x)!)), sim.random))
        expanded[n] = 1
        const kids = await s.expand(n, { n: k.branches, tries: 3, sampling: { temperature: k.temperature } }) // 1, 3
        if (kids.length === 0) return n === t.root ? s.stop() : s.prune(n)
        const ends = kids.filter(c => t.is(c, 'end'))
        await finish(s, ends)
        if (ends.some(c => t.R[c] >= k.accept)) return s.stop() // 5
        for (const c of ends) fail(c)
        await Promise.all(kids.filter(c => !t.is(c, 'end') && Number.isNaN(V[c])).map(assess))
      },
      k.maxExpansion > 0 ? { times: k.maxExpansion } : {},
    )
  },
})

// BAVT: budget-aware value tree search.
import { finish, growth, paced, paceKnob } from '../compose/index.ts'
import type { Ask, EdgeId, NodeId } from '../contract/index.ts'
import { argmax, powerTilt, tell } from '../kernel/index.ts'
import { residual } from '../reward/index.ts'
import { method } from '../runtime/index.ts'

const instructions = {
  answer: 'Give the final answer now.',
  deepen: 'This line helps: continue it.',
  widen: 'The last idea here did not help: try a different one.',
}
const plan: Ask<void, string> = {
  id: 'plan',
  prompt: (_, at) => [
    ...at.messages(),
    { role: 'user', content: 'Not the step yet, but a short plan: which steps will it take, and what must be found out in each?' },
  ],
  parse: text => text.trim(),
  otherwise: '',
}

/**
 * One model is agent and critic; the frontier is drawn from by value, the more greedily the less of the budget is left.
 *
 * 1. r: the least share of the budget that is left, over all its measures. With `plan` the model first writes one, which all prompts see.
 * 2. An unfinished node is drawn with probability V^(kappa / r), kappa 1 in the paper: wide while rich, greedy when poor.
 * 3. One step from it under the instruction that stands there; the critic says how far it moved things, Delta from -4 to 4 on a scale of ten:
 *    V(child) = clip(V(parent) + Delta / 10) to [0.1, 1].
 * 4. The instruction for the next step from the child: V >= tau: answer; V above the parent's: deepen; else widen, which is one more step from the PARENT.
 * 5. An answer found: values on its way are drawn half way to the best child's, from the leaf up.
 * 6. No answer when little is left (tokens below eta, or all but the last call): the best leaf is made to answer.
 *
 * Traps: r has a floor, and so have values: a zero would never be drawn again. Small deltas at every step add up to tau without any progress, so the critic
 * must be told that an idle step is 0. What the critic spends counts in r. Unverified here: the paper's exact form of 5.
 */
export const bavt = method({
  id: 'bavt',
  version: 1,
  paper: { title: 'Spend Less, Reason Better: Budget-Aware Value Tree Search for LLM Agents', id: 'arXiv:2603.12634', dossier: 'bavt' },
  knobs: {
    tau: { default: 0.8, min: 0, max: 10, doc: 'value from which on an answer is asked for' },
    eta: { default: 0.2, min: 0, max: 1, doc: 'share of the tokens that is kept for the forced answer' },
    floor: { default: 0.02, min: 1e-6, max: 1, doc: 'least r' },
    kappa: { default: 1, min: 0, max: 1000, doc: 'the exponent is kappa / r' },
    fixed: { default: 0, min: 0, max: 1e6, doc: 'above 0: this exponent, whatever is left of the budget' },
    rootValue: { default: 0.5, min: 0, max: 1, doc: 'value of the root' },
    plan: { default: false, doc: 'a plan first' },
    ...paceKnob,
    untilSolved: { default: true, doc: 'stop at a verified answer' },
  },
  presets: { published: { kappa: 1, fixed: 0 } },
  parts: { progress: residual({ scale: 4, step: 0.1, range: [0.1, 1] }), plan },
  needs: ['policy'],
  async run(s, k, { progress, plan }) {
    const t = s.tree
    const { O, V } = t
    const grown = growth(s, { draw: { n: 1, tries: 3 }, widening: 1 })
    const how = new Map<EdgeId, keyof typeof instructions>()
    V[t.root] = k.rootValue
    s.lastly({ calls: 1, steps: 1, nodes: 1, toolCalls: 1 }, async () => {
      if (t.answers().length > 0) return
      const from = argmax(t.leaves(), n => V[n]) ?? t.root // 6
      const grain = s.world.grains?.includes('attempt') ? { sampling: { grain: 'attempt' as const } } : {}
      await finish(s, await s.expand(from, { n: 1, hint: instructions.answer, ...grain }))
    })
    if (k.plan) {
      const said = await s.ask(plan)
      if (said !== '') s.note(t.root, said, { kind: 'plan' })
    }
    await s.workers(
      paced(s, k.pace, async sim => {
        if (s.budget.ratio('tokens', 'inputTokens', 'outputTokens') < k.eta && t.answers().length === 0) return s.stop() // 6
        const r = Math.max(k.floor, s.budget.ratio()) // 1
        const exponent = k.fixed > 0 ? k.fixed : k.kappa / r
        const open = t
          .nodes()
          .filter(n => !t.is(n, 'end') && !t.is(n, 'failed') && (O[n] === 0 || t.first(n) !== -1) && source(n) !== undefined)
        const chances = powerTilt(
          open.map(n => V[n]),
          exponent,
        )
        for (const [i, n] of open.entries()) tell(t, 'chance', n, chances[i])
        const node: NodeId = sim.hold(open[sim.random.weighted(chances)]) // 2
        const from = source(node)!
        const said = from !== node || t.children(node).length > 0 ? 'widen' : how.get(node) === 'widen' ? 'deepen' : how.get(node)
        const kids = await s.step(await grown.draw(from, said === undefined ? {} : { hint: instructions[said] })) // 3
        await finish(s, kids, k)
        for (const c of kids) {
          if (!t.is(c, 'end')) await s.value([c], { by: progress })
          how.set(c, V[c] >= k.tau ? 'answer' : V[c] > V[from] ? 'deepen' : 'widen') // 4
          if (t.is(c, 'end')) smooth(c)
        }
      }),
    )
    /** Where the next step of a node is drawn; undefined: nothing more comes of it. A place that gave nothing new for a while is not asked again. */
    function source(n: NodeId): NodeId | undefined {
      const up = t.parent(n)
      if (how.get(n) === 'widen' && up !== null && !grown.dry(up)) return up
      return grown.dry(n) ? undefined : n
    }
    function smooth(end: NodeId): void {
      for (const n of t.path(end).toReversed().slice(1)) {
        const best = argmax(t.children(n), c => V[c])
        if (best !== undefined && !Number.isNaN(V[n])) V[n] = (V[n] + V[best]) / 2 // 5
      }
    }
  },
})

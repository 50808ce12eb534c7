// RethinkMCTS: a search over thoughts; programs are written only to judge them, and a thought whose program fails is rewritten in its place.
import { complete, finish } from '../compose/index.ts'
import type { Ask, NodeId, Policy, Value } from '../contract/index.ts'
import { argmax, backup, canonical, descend, maxOf, puct, unless } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

/** Which block of a failed program is wrong. It sees what running it said. */
const analyst: Ask<{ report: string }, string> = {
  id: 'block-analysis',
  role: 'critic',
  temperature: 0,
  prompt: ({ report }, at) => [
    ...at.messages(),
    {
      role: 'user',
      content: `This was run, and it failed:\n${report}\n\nGo through it step by step and say in short which step is wrong, and why.`,
    },
  ],
  parse: text => text.trim() || { reject: 'the reply is empty' },
  otherwise: '',
}

/**
 * Li et al. 2024. A node is a list of thoughts, an edge one more of them.
 *
 * 1. Expansion: one call lists `width` different thoughts, with priors where the policy gives them.
 * 2. The root is expanded at once.
 * 3. Selection: value + [ln((N + cBase + 1) / cBase) + c] P sqrt(ln N) / (1 + n); the value of a node is the GREATEST of its returns.
 * 4. Evaluation of a new node: a whole program from its thoughts, kept aside; the reward is its share of public tests. One that passes all of them gets
 *    (1 - unseen) 1 + unseen e with `judge`, e in [-1, 1] its opinion on unseen cases.
 * 5. A program that fails: what running it says, and an analysis of the block that is wrong (a call).
 * 6. Rethink: the node's own, last thought is written anew with that feedback and takes its place, at most maxThinkTimes - 1 times. Then the node is
 *    expanded, with the feedback in the prompt.
 * 7. Backup: G <- gamma G at each level.
 * 8. The answer is the best of all programs written.
 *
 * Traps: replacing a thought voids what is below, so only a fresh node is rethought. An opinion beside the greatest return is optimistic: it enters
 * only after a full pass. Priors that a model reports of itself are often all alike. A finished node is not visited again: its program is known.
 */
export const rethinkMcts = method({
  id: 'rethink-mcts',
  version: 1,
  paper: {
    title: 'RethinkMCTS: Refining Erroneous Thoughts in Monte Carlo Tree Search for Code Generation',
    id: 'arXiv:2409.09584',
    dossier: 'rethink-mcts',
  },
  slot: 'search',
  knobs: {
    rollouts: { default: 16, min: 0, max: 10_000_000, doc: 'evaluations of new nodes; 0: until the budget ends' },
    width: { default: 3, min: 1, max: 1000, doc: 'thoughts listed at a node' },
    maxThinkTimes: { default: 2, min: 1, max: 100, doc: 'versions of a thought, the first included' },
    c: { default: 4, min: 0, max: 1000, doc: 'exploration' },
    cBase: { default: 10, min: 1e-6, max: 1e9, doc: 'how slowly exploration grows with the visits' },
    gamma: { default: 0.9, min: 0, max: 1, doc: 'discount a level' },
    unseen: { default: 0.2, min: 0, max: 1, doc: 'weight of the opinion on unseen cases, where there is a `judge`' },
    feedback: { default: true, doc: 'children are proposed with what running the program said' },
    analysis: { default: true, doc: 'ask which block is wrong' },
    steps: { default: 64, min: 1, max: 10_000, doc: 'most steps of a program, where it is written in steps' },
    untilSolved: { default: false, doc: 'stop at a verified program; the paper goes on' },
  },
  presets: { published: { untilSolved: false } },
  parts: { analyst, coder: undefined as Policy<any, any, void> | undefined, judge: undefined as Value<any, any> | undefined },
  needs: ['policy', 'reward'],
  async run(s, k, { analyst, coder, judge }) {
    const t = s.tree
    const text = (n: NodeId): string => {
      const written = t.draws(n)[0]?.text?.trim()
      return written || (s.world.show?.(t.action(n), t.state(t.parent(n)!)) ?? canonical(t.action(n)))
    }
    const evaluate = async (n: NodeId): Promise<{ r: number; said: string | undefined }> => {
      const end = await complete(s, n, { by: coder, steps: k.steps }) // 4
      if (end === undefined) return { r: Number.NaN, said: undefined }
      await finish(s, [end], k)
      const v = t.R[end]
      if (v >= 1 && judge !== undefined) {
        const [e] = await s.value([end], { by: judge })
        return { r: (1 - k.unseen) * v + k.unseen * (2 * e.value - 1), said: undefined }
      }
      const report = t.judged(end)?.feedback
      if (v >= 1 || report === undefined || !k.analysis) return { r: v, said: report }
      return { r: v, said: [report, await s.at(end).ask(analyst, { report })].filter(Boolean).join('\n') } // 5
    }
    const dry = t.column('dry', 0) // the policy had no thought to add
    const expand = async (n: NodeId, hint?: string): Promise<void> => {
      if (t.is(n, 'end')) return
      const kids = await s.expand(n, { n: k.width, how: 'distinct', tries: 2, ...(hint === undefined ? {} : { hint }) }) // 1
      if (kids.length === 0) dry[n] = 1
    }
    const score = puct(t, { c: k.c, base: k.cBase, growth: 'ln' })
    const open = unless(score, e => t.is(e, 'failed') || t.is(e, 'closed') || dry[e] === 1 || (t.is(e, 'end') && t.N[e] > 0))
    await expand(t.root) // 2
    await s.workers(
      async sim => {
        let n = sim.hold(descend(t, open, sim.random)) // 3
        if (n === t.root) return s.stop()
        let { r, said } = await evaluate(n)
        for (let i = 1; i < k.maxThinkTimes && r < 1 && n !== t.root; i++) {
          const hint = `The last thought here was\n- ${text(n)}\nand the program that followed from it fails.\n${said ?? ''}\nWrite another version of that thought.`
          const [better] = await s.expand(t.parent(n)!, { n: 1, tries: 2, hint, instead: n }) // 6
          if (better === undefined) break
          n = sim.hold(better)
          ;({ r, said } = await evaluate(n))
        }
        await expand(n, k.feedback && r < 1 ? said : undefined)
        backup(t, n, r, maxOf, { gamma: k.gamma }) // 7
      },
      k.rollouts > 0 ? { times: k.rollouts } : {},
    )
  },
  answer: t => argmax(t.answers(), n => t.R[n]) ?? null, // 8
})

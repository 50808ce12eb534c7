// Recursive speculative decoding's trees, as a search: every child another one, drawn without replacement from the policy's own law.
import { type Distinct, distinct, finish } from '../compose/index.ts'
import type { NodeId } from '../contract/index.ts'
import { meanWithoutReplacement, type Perturbed, top } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Jeon et al. 2024. The paper drafts trees of tokens for a faster, lossless decoder; that is a model of its own (`speculative:TARGET,DRAFT`). Here its trees are
 * the search: nodes are steps, and no two solutions are the same.
 *
 * 1. Gumbel-top-k: log p + Gumbel(0, 1); the k greatest are a sample without replacement, in order of draw.
 * 2. RSD-C (`constant`): at each node of level l the top b_l by fresh Gumbels.
 * 3. RSD-S (`beam`): each node has its log-probability phi and a perturbed value G; those of its children are Gumbels on condition that their greatest is G.
 *    The best W of a level are kept, finished ones among them: W solutions without replacement.
 * 4. Every finished one is rewarded; the best is the answer.
 * 5. The draws are fit for unbiased estimates: the policy's mean reward, each solution weighed p / P(G > kappa), stands as a note at the root.
 *
 * Where the model gives the law of its next token (the seedling), a step is drawn over its tokens; elsewhere over the actions that the policy lists, by their
 * priors. Traps: fresh Gumbels below a node, in RSD-S, are another, wrong law. Steps that the world refuses have been drawn, so there are fewer children. A law
 * costs a call each: compare by tokens. Where a temperature or a law leaves fewer than k actions, there are fewer.
 */
export const rsd = method({
  id: 'rsd',
  version: 1,
  slot: 'architecture',
  paper: {
    title: 'Recursive Speculative Decoding: Accelerating LLM Inference via Sampling Without Replacement',
    id: 'arXiv:2402.14160',
    dossier: 'rsd',
  },
  knobs: {
    tree: { default: 'beam', choices: ['beam', 'constant'], doc: 'RSD-S: the best W of a level; or RSD-C: b_l children of each node' },
    W: { default: 8, min: 1, max: 1000, doc: 'width of the beam: solutions without replacement' },
    b: { default: [4, 2, 1], doc: 'children by level in RSD-C; the last holds for all deeper ones' },
    L: { default: 64, min: 1, max: 10_000, doc: 'most levels' },
    temperature: { default: 1, min: 0, max: 2, doc: 'of the laws' },
    how: { default: 'distinct', choices: ['distinct', 'iid', 'all'], doc: 'where the model gives no laws: how its actions are listed' },
    listed: { default: 16, min: 1, max: 1000, doc: 'where the model gives no laws: actions listed at a node' },
    passes: { default: 1, min: 0, max: 10_000, doc: 'how often the whole tree is drawn; 0: until the budget ends' },
    untilSolved: { default: true, doc: 'stop at a verified answer; false: finish the pass' },
  },
  presets: { published: { passes: 1, untilSolved: false } },
  promises: ['orderFree'],
  needs: ['policy', 'reward'],
  async run(s, k) {
    const t = s.tree
    const [P, G] = [t.column('phi'), t.column('gumbel')]
    let idle = 0
    for (let pass = 0; pass < (k.passes || Infinity) && idle < 3; pass++) {
      const had = t.size
      let level: (Place & { n: NodeId })[] = [{ n: t.root, phi: 0, gumbel: s.random('root', pass).gumbel() }]
      let ended: Place[] = []
      for (let l = 0; l < k.L && level.length > 0; l++) {
        const width = k.tree === 'beam' ? k.W : k.b[Math.min(l, k.b.length - 1)]
        const how = k.how as 'distinct' | 'iid' | 'all'
        const draws = await Promise.all(
          level.map(at => distinct(s, at.n, { ...k, how, k: width, at, fresh: k.tree === 'constant', purpose: `${pass}` })),
        )
        // What has ended keeps its place among the best: it is a leaf of the same draw. So does what the world refused.
        const pool: (Distinct | Place)[] = [...ended, ...draws.flat()]
        const kept = k.tree === 'beam' ? top(pool, k.W, d => d.gumbel) : pool
        ended = kept.filter(d => 'n' in d)
        level = []
        const taken = await Promise.all(
          kept.filter(d => 'edge' in d).map(async d => ({ ...d, n: d.edge === null ? undefined : (await s.step([d.edge]))[0] })),
        )
        for (const { n = null, phi, gumbel } of taken) {
          if (n !== null) [P[n], G[n]] = [phi, gumbel]
          if (n === null || t.is(n, 'end')) ended.push({ n, phi, gumbel })
          else level.push({ n, phi, gumbel })
        }
        await finish(
          s,
          ended.flatMap(e => e.n ?? []),
          k,
        )
      }
      if (k.tree === 'beam' && level.length === 0 && ended.length > 1) {
        const leaves = top(ended, k.W, e => e.gumbel).map(e => ({ ...e, value: e.n === null || t.is(e.n, 'failed') ? 0 : t.R[e.n] })) // 5
        const mean = meanWithoutReplacement(leaves, leaves.length < k.W)
        if (!Number.isNaN(mean))
          s.note(t.root, `mean reward of the policy, from ${leaves.length} draws without replacement: ${mean.toFixed(3)}`, { kind: 'why' })
      }
      idle = t.size > had ? 0 : idle + 1
    }
  },
})

/** null: refused by the world. */
interface Place extends Perturbed {
  readonly n: NodeId | null
}

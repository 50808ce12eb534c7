// TreePO's sampling: the answers to one question drawn as a tree of segments that share their prefixes.
import { advance, ballots } from '../compose/index.ts'
import type { NodeId, Search } from '../contract/index.ts'
import { allocate, meanLogprob, repeats, tell, vote } from '../kernel/index.ts'
import { bestAnswer, method } from '../runtime/index.ts'

/**
 * Li et al. 2025. The sampling half: the advantages over its trees are `treeAdvantage` of the kernel, their use is left to the learning room.
 *
 * 1. A segment is one step of the world, of at most `segment` tokens. W finished paths are wanted. The first round has d0 branches, drawn from 2 .. d0Most.
 * 2. In each round all open paths write one segment side by side. A path is finished at an end, at maxDepth, or when its text goes round in circles.
 * 3. The next round has min(W - finished, 2 finished this round + 2 open) branches, shared out evenly among the open paths (what is over to the last), or by
 *    the segments' mean log-probability. So what early ends set free goes to those that live.
 * 4. Where none is open and fewer than W are finished: finished ones, in turn, are cut at a random boundary, and `divergence` branches grow from there. The
 *    cut path keeps its own end and lends its reward to nobody.
 * 5. The answer: the best by reward, or a vote over the W.
 *
 * Traps: leaves of one tree are correlated, so votes are worth less than as many independent ones. A path that goes in circles, or too deep, is finished
 * without an answer. Equal segments are one node, drawn on for as many paths as stand there: M of an end counts its paths.
 */
export const treepo = method({
  id: 'treepo',
  version: 1,
  slot: 'learn',
  paper: {
    title: 'TreePO: Bridging the Gap of Policy Optimization and Efficacy and Inference Efficiency with Heuristic Tree-based Modeling',
    id: 'arXiv:2508.17445',
    dossier: 'treepo',
  },
  knobs: {
    W: { default: 16, min: 1, max: 100_000, doc: 'finished paths of a tree' },
    segment: { default: 512, min: 1, max: 1_000_000, doc: 'most tokens of a segment' },
    divergence: { default: 2, min: 1, max: 1000, doc: 'branches of a path' },
    d0Least: { default: 2, min: 1, max: 1000, doc: 'least branches of the first round' },
    d0Most: { default: 8, min: 1, max: 1000, doc: 'most branches of the first round' },
    maxDepth: { default: 14, min: 1, max: 10_000, doc: 'segments of a path' },
    split: {
      default: 'even',
      choices: ['even', 'likely', 'unlikely'],
      doc: 'branches shared evenly, or by exp of plus or minus the mean log-probability',
    },
    temperature: { default: 1, min: 0, max: 2, doc: 'of the policy' },
    trees: { default: 1, min: 0, max: 10_000, doc: 'how often the tree is drawn, into one; 0: until the budget ends' },
    choose: { default: 'best', choices: ['best', 'majority'], doc: 'the best answer by reward, or the most frequent one' },
    untilSolved: { default: true, doc: 'stop at a verified answer; false: always all W' },
  },
  presets: { published: { untilSolved: false }, robust: { trees: 0 } },
  promises: ['orderFree'],
  needs: ['policy', 'reward'],
  async run(s, k) {
    const t = s.tree
    const sampling = {
      temperature: k.temperature,
      max: k.segment,
      grain: 'step' as const,
      ...(k.split === 'even' ? {} : { logprobs: true }),
    }
    /** One segment for each path: as many as stand at a node are drawn there. @returns the open paths that follow, and those that finished */
    const round = async (branches: ReadonlyMap<NodeId, number>): Promise<{ open: NodeId[]; finished: NodeId[] }> => {
      const drawn = await advance(s, branches, { sampling, untilSolved: k.untilSolved })
      const all = drawn.flat().filter(n => !t.is(n, 'failed'))
      const over = new Set(all.filter(n => t.is(n, 'end') || t.depth(n) >= k.maxDepth || repeats(written(s, n)))) // 2
      return { open: all.filter(n => !over.has(n)), finished: all.filter(n => over.has(n)) }
    }
    for (let tree = 0; tree < (k.trees || Infinity); tree++) {
      const had = t.size
      const least = Math.min(k.d0Least, k.d0Most)
      const d0 = Math.min(k.W, least + s.random('d0', tree).int(k.d0Most - least + 1)) // 1
      const finished: NodeId[] = []
      let { open, finished: now } = await round(new Map([[t.root, d0]]))
      for (let cut = 0, fruitless = 0; ; ) {
        finished.push(...now)
        const wanted = k.W - finished.length
        if (wanted <= 0 || fruitless >= k.W) break
        if (open.length > 0) {
          const total = Math.min(wanted, k.divergence * (now.length + open.length)) // 3
          ;({ open, finished: now } = await round(shared(s, open, total, k.split)))
        } else if (finished.length > 0) {
          const from = finished[cut % finished.length]
          const boundary = t.path(from).slice(0, -1)
          const at = s.random('cut', tree, cut++).pick(boundary) // 4
          ;({ open, finished: now } = await round(new Map([[at, Math.min(k.divergence, wanted)]])))
          fruitless = open.length + now.length > 0 ? 0 : fruitless + 1
        } else break
      }
      if (t.size === had) return
    }
  },
  answer(t, k) {
    const best = bestAnswer(t)
    return k.choose === 'best' || best === null || t.is(best, 'solved') ? best : vote(ballots(t), { mode: 'majority' }) // 5
  },
})

/** What was written on the way to n. */
const written = (s: Search<any, any, any>, n: NodeId): string =>
  s.tree
    .path(n)
    .map(m => s.tree.draws(m)[0]?.text ?? '')
    .join('\n')

/** Branches for each open path; paths that stand on one node have theirs together. Each path has one at least. */
function shared(s: Search<any, any, any>, open: readonly NodeId[], total: number, split: string): Map<NodeId, number> {
  const rest = total - open.length
  const each = Math.floor(total / open.length)
  const logs = open.map(n => meanLogprob(s.tree.draws(n)[0] ?? { action: null }))
  const by = split !== 'even' && rest > 0 && logs.every(x => !Number.isNaN(x))
  const more = by
    ? allocate(
        logs.map(x => (split === 'likely' ? x : -x)),
        rest,
        { rule: 'rebase', temperature: 1 },
      ).map(x => x + 1)
    : open.map((_, i) => each + (i === open.length - 1 ? total - each * open.length : 0))
  const out = new Map<NodeId, number>()
  for (const [i, n] of open.entries()) out.set(n, (out.get(n) ?? 0) + more[i])
  for (const [n, share] of out) tell(s.tree, 'share', n, share)
  return out
}

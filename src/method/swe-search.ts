// SWE-Search: one child at a time, chosen globally by a composed score; what the value agent says of one branch is a hint for the next.
import { adviser, appraiser, finish, hindsight, lastWord } from '../compose/index.ts'
import type { NodeId, Ranker } from '../contract/index.ts'
import { argmax, average, backup, canonical, chosenBy, mean, terms, top, wordsInCommon } from '../kernel/index.ts'
import { debate } from '../reward/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Antoniades et al. 2024, with the selection of the code they released (moatless-tree-search). Rewards are on its scale: 200 V - 100.
 *
 * 1. One iteration makes one child: select, draw an action, take it, value it, back it up. A node may be drawn at maxExpansions times.
 * 2. finishFirst: the newest node is extended until something has finished; only then the selector decides.
 * 3. Selection is global, over unfinished nodes that are no twins. The score is a sum of named terms: own reward; C sqrt(ln N(parent) / N); depth;
 *    a good leaf; second chance for a good node whose only child failed; a good child there already; a bad node under a good one; unlikeness to what was
 *    expanded; twins among the children. Terms about tools and kinds of action (corrections, repeated kinds, patches) are left out.
 * 4. Value agent: number, explanation, feedback for another branch. A duplicate is neither valued nor backed up.
 * 5. Hindsight: a second child of a node is drawn with the feedback on the last one (`value`), or with an adviser's guidance (`agent`), given as from a
 *    parallel branch, so that it is not taken for the own past.
 * 6. Backup: N += 1 and W += value up to the root.
 * 7. Stop: maxIterations, maxFinished finished nodes (by parents), or a finished one of `enough`, once there are minFinished.
 * 8. Choice among the finished, one a parent: highest reward, highest mean of the path, or a debate.
 *
 * Traps: the bonus of visits (about 1) is small beside rewards of 100. A hint must not hand over a sibling's observations as facts. Hidden tests are
 * shown to nobody. A debate costs agents (rounds + 1) + 1 calls: they are held back, up to a quarter of the budget.
 */
export const sweSearch = method({
  id: 'swe-search',
  version: 1,
  paper: {
    title: 'SWE-Search: Enhancing Software Agents with Monte Carlo Tree Search and Iterative Refinement',
    id: 'arXiv:2410.20285',
    dossier: 'swe-search',
  },
  slot: 'agent',
  knobs: {
    maxExpansions: { default: 3, min: 1, max: 1000, doc: 'draws at a node' },
    maxIterations: { default: 100, min: 0, max: 10_000_000, doc: 'iterations; 0: until the budget ends' },
    C: { default: 1, min: 0, max: 1e6, doc: 'exploration, on the scale of rewards from -100 to 100' },
    depthWeight: { default: 0.8, min: 0, max: 1e6, doc: 'price of depth' },
    diversity: { default: 100, min: 0, max: 1e6, doc: 'weight of unlikeness' },
    hindsight: {
      default: 'value',
      choices: ['value', 'agent', 'none'],
      doc: "where hints come from: the critic's feedback, an adviser, nowhere",
    },
    finishFirst: { default: false, doc: 'extend the newest node until one has finished' },
    depth: { default: 20, min: 1, max: 10_000, doc: 'greatest depth' },
    maxFinished: { default: 5, min: 1, max: 10_000, doc: 'finished nodes that end the search' },
    minFinished: { default: 1, min: 1, max: 10_000, doc: 'finished nodes before a good one ends it' },
    enough: { default: 100, min: -1e6, max: 1e6, doc: 'reward of a finished node that ends it' },
    choose: { default: 'debate', choices: ['reward', 'mean', 'debate'], doc: 'who picks among the finished' },
    agents: { default: 5, min: 1, max: 100, doc: 'judges of the debate' },
    rounds: { default: 3, min: 0, max: 100, doc: 'rounds of the debate' },
  },
  presets: { published: { hindsight: 'agent' } },
  parts: {
    similarity: (a: unknown, b: unknown) => wordsInCommon(canonical(a), canonical(b)),
    adviser,
    discriminator: undefined as Ranker<any, any> | undefined,
  },
  needs: ['policy', 'value'],
  async run(s, k, { similarity, adviser, discriminator }) {
    const t = s.tree
    const { N, O, V } = t
    const appraise = appraiser(s)
    const tries = t.column('tries', 0)
    const picks = t.column('picked', 0)
    const reward = (n: NodeId): number => (Number.isNaN(V[n]) ? 0 : 200 * V[n] - 100)
    // Sum of the likeness of a state to those that were tried: each pair is compared once.
    const likeness = t.column('likeness', 0)
    const tried: NodeId[] = []
    const compare = (n: NodeId): void => {
      for (const m of tried) if (m !== n) likeness[n] += similarity(t.state(n), t.state(m))
    }
    const attempt = (n: NodeId): void => {
      if (tries[n]++ > 0 || k.diversity === 0) return
      tried.push(n)
      for (const o of t.nodes()) if (o !== n) likeness[o] += similarity(t.state(o), t.state(n))
    }
    const kids = (n: number): NodeId[] => t.children(n as NodeId)
    const score = terms(t, {
      exploit: n => reward(n as NodeId),
      explore: (n, p) => k.C * Math.sqrt(Math.log(Math.max(1, N[p] + O[p])) / Math.max(1, N[n] + O[n])),
      depth: n => -k.depthWeight * Math.sqrt(t.depth(n)),
      goodLeaf: n => (tries[n] === 0 && reward(n as NodeId) >= 50 ? 50 : 0),
      secondChance: n => {
        const [only, ...more] = kids(n)
        const own = reward(n as NodeId)
        return only !== undefined && more.length === 0 && own >= 50 && reward(only) <= 0 ? 5 * (own - reward(only)) : 0
      },
      goodChild: n => (kids(n).some(c => reward(c) >= 75) ? -5 : 0),
      badUnderGood: (n, p) => {
        const own = reward(n as NodeId)
        return tries[n] === 0 && own <= 0 && n !== t.root && (Number.isNaN(V[p]) || reward(p) >= 50) ? 50 - own : 0
      },
      unlike: n => {
        const others = tried.length - (tries[n] > 0 ? 1 : 0)
        return others === 0 ? 0 : k.diversity * (1 - likeness[n] / others)
      },
      twins: n => -25 * kids(n).filter(c => t.twin(c) !== null).length ** 2,
    })
    chosenBy(t, score)
    const open = () =>
      t
        .nodes()
        .filter(n => !t.is(n, 'end') && !t.is(n, 'failed') && tries[n] < k.maxExpansions && t.depth(n) < k.depth && t.twin(n) === null)
    const finished = (): NodeId[] => {
      const all = t.answers()
      const ends = all.filter(n => t.is(n, 'end'))
      return (ends.length > 0 ? ends : all).filter(n => t.twin(n) === null)
    }
    const slate = () => {
      const each = new Map<NodeId | null, NodeId>()
      for (const n of top(finished(), Infinity, reward)) if (!each.has(t.parent(n))) each.set(t.parent(n), n)
      return [...each.values()].slice(0, k.maxFinished)
    }
    const whole = k.agents * (k.rounds + 1) + 1
    if (k.choose === 'debate') lastWord(s, slate, discriminator ?? debate(k), { calls: whole, into: picks })
    let newest: NodeId = t.root
    await s.workers(
      async sim => {
        const first = k.finishFirst && finished().length === 0 && open().includes(newest)
        const n = sim.hold(first ? newest : argmax(open(), x => score(x, t.parent(x) ?? t.root), sim.random), (depth, leaf) =>
          depth === leaf ? 1 : 0,
        ) // 2, 3
        attempt(n)
        const hint = tries[n] > 1 ? await hindsight(s, n, { from: k.hindsight as 'value', adviser }) : undefined // 5
        const [child] = await s.expand(n, { n: 1, tries: 2, ...(hint === undefined ? {} : { hint }) })
        if (child === undefined || N[child] > 0) return
        newest = child
        compare(child)
        if (t.twin(child) !== null) return
        await finish(s, [child])
        await appraise([child]) // 4
        backup(t, child, V[child], mean) // 6
        const done = finished().filter(e => t.is(e, 'end')) // 7
        const parents = new Set(done.map(e => t.parent(e))).size
        const good = parents >= k.minFinished && done.some(e => reward(e) >= k.enough)
        if (good || parents >= k.maxFinished || t.is(child, 'solved')) s.stop()
      },
      k.maxIterations > 0 ? { times: k.maxIterations } : {},
    )
  },
  answer(t, k) {
    const ends = t.answers().filter(n => t.is(n, 'end'))
    const all = ends.length > 0 ? ends : t.answers()
    const worth = (n: NodeId): number =>
      k.choose === 'mean' ? average(t.path(n).map(m => t.Q[m])) : Number.isNaN(t.R[n]) ? t.V[n] : t.R[n]
    const solved = all.filter(n => t.is(n, 'solved'))
    if (solved.length > 0) return argmax(solved, worth) ?? null
    const picked = t.column('picked', 0)
    return argmax(all, n => (picked[n] || 0) * 1e6 + worth(n)) ?? null // 8
  },
})

// AlphaLLM's search: MCTS over options, as wide as a place is important, with three critics (eta-MCTS).
import { alike, appraiser, ballots, finish, options, paced, paceKnob, playouts, readOff } from '../compose/index.ts'
import type { NodeId, Policy, Reward, WorldBase } from '../contract/index.ts'
import { argmax, backup, blend, chosenBy, importance, mean, uct, vote, widthFor } from '../kernel/index.ts'
import { processReward } from '../reward/index.ts'
import { bestAnswer, method, modelPolicy } from '../runtime/index.ts'

/**
 * Tian et al. 2024. The searching half: imagined prompts and the training of policy and critics are left to the learning room.
 *
 * 1. An action is an option: steps of the world up to where `terminates` says so (default: each step is one). Beyond `maxDepth` it runs to the end.
 * 2. Importance of a node: I = max |v(child) - v(node)|, v the critic's value. Width: n = max(c_min, min(floor(alpha I), c_max)), looked at anew with each
 *    visit, never reduced. `siblings` (the released code) measures from the children's mean instead; `deadZone` is taken off for the critic's noise.
 * 3. State merge: an option like one that is there is drawn again, up to maxRepeat times; of all that were alike the least alike is kept.
 * 4. The first option of a node is the greedy one, the others are sampled.
 * 5. Selection: greatest W / N + c sqrt(ln N(parent) / N), down through nodes that are as wide as they may be; one option is added.
 * 6. Value of the new state: the weighted mean of v(s), of the reward of M fast rollouts from there (kept aside, made by the role `fast` if so named), and of
 *    a process reward. An end has its reward alone. 8. Backup: the mean. An end reached again is backed up again, which costs nothing;
 *    where the budget alone ends the search it is closed.
 * 9. Stop after searchTime iterations and minTerminals ends, or ten times searchTime.
 * 10. Answer: the best by reward, the greedy descent by W / N, or a vote weighted by the reward.
 *
 * Traps: where all children are equally bad the siblings' importance is 0, and the node is never widened. Noise looks like importance: see deadZone.
 * Critics are averaged, not summed, so that c keeps its meaning. Of short steps (`13 - 9 = 4`) all are alike at the
 * paper's distance, and most of the calls go into drawing again: set `apart` to 0 there.
 */
export const alphallm = method({
  id: 'alphallm',
  version: 1,
  slot: 'search',
  paper: {
    title: 'Toward Self-Improvement of LLMs via Imagination, Searching, and Criticizing',
    id: 'arXiv:2404.12253',
    dossier: 'alphallm',
  },
  knobs: {
    c: { default: 1, min: 0, max: 1000, doc: 'exploration, in units of the value' },
    children: { default: 3, min: 1, max: 1000, doc: 'c_min, least width of a node' },
    root: { default: 40, min: 1, max: 1000, doc: 'c_min of the root' },
    cMax: { default: 10, min: 1, max: 1000, doc: 'most children of a node (the root: at least its c_min)' },
    alpha: { default: 2, min: 0, max: 1e6, doc: 'children for each unit of importance' },
    importance: {
      default: 'parent',
      choices: ['parent', 'siblings'],
      doc: 'distance of values from the node itself, or from the children',
    },
    deadZone: { default: 0, min: 0, max: 1e6, doc: 'importance that is taken for noise' },
    maxDepth: { default: 10, min: 1, max: 10_000, doc: 'from here on an option runs to the end' },
    searchTime: { default: 40, min: 0, max: 10_000_000, doc: 'least iterations; 0: until the budget ends' },
    minTerminals: { default: 40, min: 0, max: 1e6, doc: 'least ends found' },
    rollouts: { default: 4, min: 0, max: 1000, doc: 'M, fast rollouts from a new state' },
    fast: { default: '', doc: 'role of the model that makes them; empty: the policy' },
    vWeight: { default: 1, min: 0, max: 1000, doc: 'weight of the critic' },
    ormWeight: { default: 1, min: 0, max: 1000, doc: 'weight of the fast rollouts' },
    prmWeight: { default: 0, min: 0, max: 1000, doc: 'weight of the process reward' },
    merge: { default: 'distance', choices: ['distance', 'asked'], doc: 'alike by edit distance, or by asking the judge' },
    apart: { default: 20, min: 0, max: 10_000, doc: 'edit distance below which options are alike; 0: only equal states' },
    maxRepeat: { default: 5, min: 0, max: 1000, doc: 'how often an option is drawn again' },
    choose: {
      default: 'best',
      choices: ['best', 'descent', 'vote'],
      doc: 'best by reward, greedy descent by Q, or a vote weighted by reward',
    },
    ...paceKnob,
    untilSolved: { default: true, doc: 'stop at a verified answer; false: for training data' },
  },
  presets: { published: {} },
  parts: { terminates: (_state: any, _action: any): boolean => true, alike, prm: processReward() as Reward },
  needs: ['policy', 'value'],
  async run(s, k, { terminates, alike: question, prm }) {
    const t = s.tree
    const { V, R } = t
    const appraise = appraiser(s)
    const asked = k.merge === 'asked' ? { ask: question, share: 0.2 } : undefined
    const { of, draw } = options(s, { ...k, terminates, steps: 64, alike: asked }) // 1, 3, 4
    const fast: Policy | undefined = k.fast === '' ? undefined : modelPolicy(s.world as WorldBase<any, any, any, any>, k.fast)
    const widths = t.column('width')
    const marks = t.column('process')
    const drawing = new Map<NodeId, number>()
    const frozen = new Set<NodeId>()
    const ends = new Set<NodeId>()
    /** Nothing leads on from there. */
    const used = new Set<NodeId>()
    const spent = (n: NodeId): boolean => t.is(n, 'failed') || used.has(n) || (k.searchTime === 0 && t.is(n, 'end'))
    let iterations = 0

    const width = (n: NodeId, kids: readonly NodeId[]): number => {
      const least = n === t.root ? k.root : k.children
      const values = kids.map(c => V[c])
      const I = importance(V[n], values, { rule: k.importance as 'parent', deadZone: k.deadZone })
      const now = widthFor(I, { alpha: k.alpha, least, most: Math.max(least, k.cMax) }) // 2
      return (widths[n] = Math.max(now, widths[n] || 0))
    }
    const value = async (n: NodeId): Promise<number> => {
      await finish(s, [n], k)
      if (t.is(n, 'end')) return R[n]
      await appraise([n])
      const orm = await playouts(s, n, k.ormWeight > 0 ? k.rollouts : 0, { by: fast, untilSolved: k.untilSolved })
      if (k.prmWeight > 0) await s.reward([n], { by: prm, into: marks })
      return blend([
        [k.vWeight, V[n]],
        [k.ormWeight, orm],
        [k.prmWeight, marks[n]],
      ]) // 6
    }
    const grow = async (n: NodeId): Promise<NodeId | undefined> => {
      drawing.set(n, (drawing.get(n) ?? 0) + 1)
      const m = await draw(n).finally(() => drawing.set(n, drawing.get(n)! - 1))
      if (m === undefined) frozen.add(n)
      else if (t.is(m, 'end')) ends.add(m)
      return m
    }
    const score = uct(t, { c: k.c })
    chosenBy(t, score)
    await appraise([t.root])
    await s.workers(
      paced(s, k.pace, async sim => {
        if (k.searchTime > 0 && iterations >= k.searchTime && ends.size >= k.minTerminals) sim.hold(null) // 9
        let at: NodeId = t.root
        for (;;) {
          const from = at
          const kids = of(from)
          const open = kids.filter(n => !spent(n))
          const busy = drawing.get(from) ?? 0
          const narrow = kids.length + busy < width(from, kids) || (open.length === 0 && busy === 0)
          if (t.is(from, 'end') || (narrow && !frozen.has(from))) break
          const next = argmax(open, n => score(n, from), sim.random) // 5
          if (next === undefined && (busy > 0 || from === t.root)) sim.hold(null)
          if (next === undefined) used.add(from)
          at = next ?? t.root
        }
        sim.hold(at)
        const fresh = t.is(at, 'end') ? at : await grow(at)
        if (fresh === undefined) return
        backup(t, fresh, await value(fresh), mean) // 8
        iterations++
      }),
      k.searchTime > 0 ? { times: 10 * k.searchTime } : {},
    )
  },
  answer(t, k) {
    const best = bestAnswer(t)
    if (k.choose === 'best' || best === null || t.is(best, 'solved')) return best
    if (k.choose === 'descent') return readOff(t, n => t.Q[n]) ?? best
    const votes = ballots(t, n => t.R[n])
    return vote(votes, { mode: 'weighted' }) // 10
  },
})

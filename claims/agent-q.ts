// The blend of a critic's ranks with what was found: time to the first success, and the pairs it would train on.
import type { EdgeId, NodeId, Policy, Tree } from '../src/contract/index.ts'
import { bootstrap } from '../src/kernel/index.ts'
import { agentQ } from '../src/method/index.ts'
import type { Claim } from '../src/run/index.ts'
import { type DeadEnds, deadEnds, noisyRank, solvable, type Way } from './fixture/dead-ends.ts'

const iterations = 100
/** Gap of Q from which two siblings are a pair; the paper's is not known. */
const theta = 0.3

const anyAction: Policy<Way, string, void> = {
  id: 'any action',
  async propose([at], { n }, io) {
    const all = deadEnds.actions!(at.state)
    if (n > 1 || all.length === 0) return { draws: all.map(action => ({ action })) }
    return { draws: [{ action: io.random('rollout', at.tried.length).pick(all) }] }
  },
}

/** Episodes up to the first that succeeded; one more than there were where none did. */
function firstSuccess(t: Tree<Way, string>): number {
  const ends = t.ends().toSorted((a, b) => a - b)
  const i = ends.findIndex(n => t.R[n] === 1)
  return i < 0 ? iterations + 1 : i + 1
}
/** Pairs of siblings whose Q differ by more than theta: the better one is solvable and the other not, the other way round, or both alike. */
function pairs(t: Tree<Way, string>): { right: number; wrong: number; alike: number } {
  const out = { right: 0, wrong: 0, alike: 0 }
  const good = (e: EdgeId): boolean => {
    const from = t.state(t.parent(e) as NodeId)
    return solvable({ task: from.task, path: from.path + t.action(e) })
  }
  for (const n of t.nodes()) {
    const kids = t.edges(n).map(e => ({ q: t.Q[e], good: good(e) }))
    for (const a of kids) for (const b of kids) if (a.q - b.q > theta) out[a.good === b.good ? 'alike' : a.good ? 'right' : 'wrong']++
  }
  return out
}

export const claim: Claim = {
  id: 'agent-q',
  paper: agentQ.paper!,
  evidence: ['agent-q'],
  claim:
    'Blending an AI critic that ranks the actions with the empirical value of the search finds successes sooner than the search alone, and gives better preference pairs than the critic alone.',
  hypothesis:
    'In trees of depth 5 and width 5 with 35 % of actions harmless and reward only at the end, a blend of one half succeeds sooner than the empirical value alone, its pairs are more often right than those of the critic alone, and it gives the most right pairs.',
  equal: { unit: 'iterations', budget: iterations },
  async run(lab) {
    const n = lab.pick(200, 5)
    const search = async (alpha: number) => {
      lab.say(`alpha ${alpha}`)
      const first: number[] = []
      const made: ReturnType<typeof pairs>[] = []
      for (let i = 0; i < n; i++) {
        const task: DeadEnds = { seed: 10_000 * lab.seed + i, depth: 5, width: 5, alive: 0.35 }
        const knobs = { K: 5, alpha, iterations, untilSolved: false }
        const frame = { world: deadEnds, method: agentQ, policy: anyAction, parts: { rank: noisyRank(0.7) }, knobs }
        const r = await lab.run(frame, task, { concurrency: 1 })
        first.push(firstSuccess(r.tree))
        made.push(pairs(r.tree))
      }
      return {
        made,
        first: lab.arm(`episodes to the first success, alpha ${alpha}`, first, { spent: iterations, unit: 'episodes' }),
        right: lab.arm(
          `right pairs less wrong ones, alpha ${alpha}`,
          made.map(p => p.right - p.wrong),
          { spent: iterations, unit: 'pairs' },
        ),
      }
    }
    const critic = await search(0)
    const blend = await search(0.5)
    const empirical = await search(1)
    type Made = (typeof blend.made)[number]
    const accuracy = (xs: readonly Made[]): number => {
      const [right, wrong] = [xs.reduce((a, p) => a + p.right, 0), xs.reduce((a, p) => a + p.wrong, 0)]
      return right / (right + wrong)
    }
    const gain = (ids: readonly number[]): number => accuracy(ids.map(i => blend.made[i])) - accuracy(ids.map(i => critic.made[i]))
    const ids = Array.from({ length: n }, (_, i) => i)
    const share = (x: typeof blend): string => accuracy(x.made).toFixed(3)
    const alike = (x: typeof blend): string => (x.made.reduce((a, p) => a + p.alike, 0) / n).toFixed(0)
    return {
      arms: [critic.first, blend.first, empirical.first, critic.right, blend.right, empirical.right],
      findings: [
        lab.paired('episodes to the first success: the empirical value alone needs more than the blend', empirical.first, blend.first, {
          above: 0,
          least: 2,
        }),
        lab.finding('pairs of the blend are more often right than those of the critic alone', {
          effect: gain(ids),
          interval: bootstrap(ids, gain, lab.random('accuracy')),
          above: 0,
          least: 0.01,
        }),
        lab.paired('the blend gives more right pairs, wrong ones taken off, than the critic alone', blend.right, critic.right, {
          above: 0,
          least: 1,
        }),
        lab.paired('and more than the empirical value alone', blend.right, empirical.right, { above: 0, least: 1 }),
        lab.paired('episodes to the first success: the blend needs more than the critic alone', blend.first, critic.first, {
          above: 0,
          least: 2,
          counts: false,
        }),
      ],
      notes: [
        `Share of right pairs among those in which one action is solvable and the other not: critic alone ${share(critic)}, blend ${share(blend)}, empirical value alone ${share(empirical)}.`,
        `Most pairs hold two actions that are both lost, or both good, and teach nothing: ${alike(critic)}, ${alike(blend)} and ${alike(empirical)} a tree. A larger theta leaves most of them out.`,
        'The critic scores an action 0.7 above or below zero by the truth, with normal noise of deviation 1, and gives 1 / rank. The search half is checked; no policy is trained.',
      ],
    }
  },
}

// V-STAR: candidates found by value-guided decoding differ more in reward than those of a beam, so that there is more to learn from.
import type { KnobValue, NodeId, Value } from '../src/contract/index.ts'
import { AddressedRandom, average, canonical, type FlatTree, hashText, softmax, top, treeAdvantage } from '../src/kernel/index.ts'
import { bestOfN, vStarVed } from '../src/method/index.ts'
import type { Claim, Lab } from '../src/run/index.ts'
import { type Tokens, tabular, tokenTree } from './fixture/tokens.ts'

const width = 20
const depth = 3
/** Leaves whose reward is looked up, in every arm. */
const evaluations = 16

/** An item: a prior that favours wrong first tokens, a rewarded cluster below an unlikely one, and a value head that knows something of it. */
function item(seed: number) {
  const random = (...key: (string | number)[]) => new AddressedRandom(seed, hashText('v-star'), 0, canonical(key))
  const [first, second] = [random('target').int(width), random('target', 2).int(width)]
  const third = new Set(
    random('cluster').sample(
      Array.from({ length: width }, (_, i) => i),
      5,
      () => 1,
    ),
  )
  const logits = new Map<string, number[]>()
  const at = (path: Tokens): number[] => {
    const key = path.join('.')
    let row = logits.get(key)
    if (row === undefined) {
      const r = random('logits', key)
      row = Array.from({ length: width }, () => 1.5 * (r as AddressedRandom).normal())
      // The right way is not what the policy likes most, and not what it never does: a fifth or so in its order.
      const right = path.length === 0 ? first : path.length === 1 && path[0] === first ? second : -1
      if (right >= 0) row[right] = 1
      logits.set(key, row)
    }
    return row
  }
  const kept = (p: Tokens): number => (p[0] !== first ? 0 : p[1] !== second ? 1 : p[2] === undefined || third.has(p[2]) ? 3 : 2)
  /** Levels that match, as the dense proxy reward of the value head has them, with an error of its own at every place. */
  const value: Value<Tokens, number> = {
    id: 'head',
    value: async ({ state }) => ({ value: [0, 0.3, 0.8, 1][kept(state)] * 0.5 + 0.15 * random('head', state.join('.')).normal() }),
  }
  return { at, value, right: (p: Tokens): number => (p.length === depth && kept(p) === 3 ? 1 : 0), cluster: { first, second, third } }
}
type Item = ReturnType<typeof item>

/** Candidates with their reward: the leaves of a search, the `evaluations` that its critic likes best. */
interface Group {
  leaves: { path: Tokens; reward: number }[]
  judged: number
}
const world = tokenTree({ width, depth })

async function candidates(lab: Lab, it: Item, how: 'beam' | 'random' | 'ved', seed: number): Promise<Group> {
  let judged = 0
  const value: Value<Tokens, number> = {
    ...it.value,
    async value(at, io) {
      judged++
      return it.value.value(at, io)
    },
  }
  const { policy } = tabular(path => softmax(it.at(path)))
  const random = how === 'random'
  const knobs: Record<string, KnobValue> = random
    ? { n: evaluations, untilSolved: false }
    : { how: 'all', untilSolved: false, ...(how === 'beam' ? { beam: evaluations, expansions: 0 } : { beam: 8, expansions: 40 }) }
  // A beam is the start tree of the search alone: it ends with its leaves.
  const budget = how === 'beam' ? { nodes: beamNodes } : {}
  const r = await lab.run({ world, policy, value, method: random ? bestOfN : vStarVed, knobs, budget }, null, { seed })
  const t = r.tree as FlatTree<Tokens, number>
  const ends = t.answers().filter(n => t.depth(n) === depth)
  const all = random ? ends.flatMap(n => new Array<NodeId>(t.M[n]).fill(n)) : top(ends, evaluations, n => t.R[n])
  return { leaves: all.map(n => ({ path: t.state(n), reward: it.right(t.state(n)) })), judged }
}
const beamNodes = evaluations * depth
const variance = (xs: readonly number[]): number => {
  const m = average(xs)
  return average(xs.map(x => (x - m) ** 2))
}

/** One step of policy gradient: whole candidates against their group, or (`sibling`) each branch against the others of its place as well. */
function learn(it: Item, { leaves }: Group, rate: number, sibling: boolean): void {
  const index = new Map<string, number>([['', 0]])
  const paths: Tokens[] = [[]]
  const parent = [-1]
  const ends = leaves.map(({ path, reward }) => {
    for (let d = 1; d <= path.length; d++) {
      const key = path.slice(0, d).join('.')
      if (index.has(key)) continue
      index.set(key, paths.length)
      parent.push(index.get(path.slice(0, d - 1).join('.'))!)
      paths.push(path.slice(0, d))
    }
    return { node: index.get(path.join('.'))!, reward }
  })
  const tree = { parent, leaves: ends }
  const scale = Math.sqrt(variance(leaves.map(l => l.reward)))
  const whole = treeAdvantage(tree, 'global')
  const branch = treeAdvantage(tree, 'sibling', { scale: 'group' })
  const below = new Map<number, number>()
  for (const { node } of ends) for (let n = node; n >= 0; n = parent[n]) below.set(n, (below.get(n) ?? 0) + 1)
  const steps = paths.map((path, n) => ({
    path,
    a: (scale > 0 ? ((below.get(n) ?? 0) / leaves.length) * (whole[n] / scale) : 0) + (sibling ? branch[n] / leaves.length : 0),
  }))
  const laws = new Map(steps.map(({ path }) => [path.slice(0, -1).join('.'), softmax(it.at(path.slice(0, -1)))]))
  for (const { path, a } of steps) {
    if (path.length === 0 || a === 0) continue
    const row = it.at(path.slice(0, -1))
    const law = laws.get(path.slice(0, -1).join('.'))!
    for (let k = 0; k < width; k++) row[k] += rate * a * ((k === path.at(-1) ? 1 : 0) - law[k])
  }
}
const mass = (it: Item): number => {
  const { first, second, third } = it.cluster
  const last = softmax(it.at([first, second]))
  return softmax(it.at([]))[first] * softmax(it.at([first]))[second] * [...third].reduce((s, k) => s + last[k], 0)
}

export const claim: Claim = {
  id: 'v-star-ved',
  paper: vStarVed.paper!,
  evidence: ['v-star-ved'],
  claim:
    'Value-guided decoding finds candidates whose rewards differ where a beam finds like ones, and comparing siblings learns faster from them.',
  hypothesis:
    'At 16 evaluated leaves an item, the rewards within a group of value-guided candidates vary more than within a beam and within random samples, and after 20 updates the rewarded cluster is likelier with them and sibling advantages than with group-wise advantages over a beam.',
  equal: { unit: 'evaluations', budget: evaluations },
  async run(lab) {
    const [n, learners, updates] = lab.pick([300, 60, 20], [6, 2, 3])
    const groups = { beam: [] as Group[], random: [] as Group[], ved: [] as Group[] }
    for (let i = 0; i < n; i++)
      for (const how of ['beam', 'random', 'ved'] as const) groups[how].push(await candidates(lab, item(lab.seed * 1000 + i), how, i + 1))
    const spent = (g: readonly Group[]) => average(g.map(x => x.leaves.length))
    const varied = (name: string, g: readonly Group[]) =>
      lab.arm(
        `${name}: variance of rewards in a group`,
        g.map(x => variance(x.leaves.map(l => l.reward))),
        { spent: spent(g), unit: 'variance' },
      )
    const [beam, random, ved] = [varied('beam', groups.beam), varied('random samples', groups.random), varied('value-guided', groups.ved)]
    lab.say('now learning')
    const learned = async (how: 'beam' | 'random' | 'ved', sibling: boolean) => {
      const out: number[] = []
      for (let i = 0; i < learners; i++) {
        const it = item(lab.seed * 1000 + i)
        for (let k = 0; k < updates; k++) learn(it, await candidates(lab, it, how, 1 + k + updates * i), 4, sibling)
        out.push(mass(it))
      }
      return out
    }
    const rise = async (name: string, how: 'beam' | 'random' | 'ved', sibling: boolean) =>
      lab.arm(`${name}: chance of the cluster after ${updates} updates`, await learned(how, sibling), {
        spent: evaluations,
        unit: 'probability',
      })
    const a = await rise('beam, group-wise', 'beam', false)
    const b = await rise('random samples, group-wise', 'random', false)
    const c = await rise('value-guided, group-wise', 'ved', false)
    const d = await rise('value-guided, with siblings', 'ved', true)
    return {
      arms: [beam, random, ved, a, b, c, d],
      findings: [
        lab.paired('rewards vary more within value-guided groups than within a beam', ved, beam, { above: 0, least: 0.02 }),
        lab.paired('... and than within random samples', ved, random, { above: 0, least: 0.02 }),
        lab.paired('the rewarded cluster rises faster with them and sibling advantages than with a beam', d, a, { above: 0, least: 0.02 }),
        lab.paired('... than with random samples', d, b, { above: 0, least: 0.02, counts: false }),
        lab.paired('sibling advantages on top of group-wise ones, on the same kind of groups', d, c, {
          above: 0,
          least: 0.02,
          counts: false,
        }),
      ],
      notes: [
        'Where the right first token is so unlikely that neither beam nor walk reaches it, no arm has a group of mixed rewards and nothing is learnt: here it is about the fifth of twenty.',
        `states judged by the value head for a group: ${average(groups.ved.map(g => g.judged)).toFixed(0)} value-guided, none for the others; the paper reads them off the same forward passes`,
        `groups with a right and a wrong candidate: ${(['beam', 'random', 'ved'] as const).map(h => `${h} ${((100 * groups[h].filter(g => variance(g.leaves.map(l => l.reward)) > 0).length) / n).toFixed(0)} %`).join(', ')}`,
      ],
    }
  },
}

// AlphaLLM: width where it matters. Few depths of a tree are pivotal; does importance find them, and does noise deceive it?
import { average } from '../src/kernel/index.ts'
import { alphallm } from '../src/method/index.ts'
import { marks } from '../src/reward/index.ts'
import type { Arm, Claim, Lab } from '../src/run/index.ts'
import { syntheticTree, treeModel } from '../src/world/index.ts'

/** States in the tree. What is drawn again because it is there already costs nothing here. */
const budget = 300

type Knobs = Record<string, number | string | boolean>
/** The search by the critic alone: what is compared is the rule of width. */
const plain: Knobs = { rollouts: 0, searchTime: 0, apart: 0, c: 0.3 }
const widening: Knobs = { children: 2, root: 2, cMax: 16 }
const rules: Record<string, Knobs> = {
  'width 2': { children: 2, root: 2, alpha: 0 },
  'width 3': { children: 3, root: 3, alpha: 0 },
  'width 6': { children: 6, root: 6, alpha: 0 },
  'siblings’ mean, alpha 10': { ...widening, alpha: 10, importance: 'siblings' },
  'own value, alpha 10': { ...widening, alpha: 10 },
  'own value, alpha 20': { ...widening, alpha: 20 },
}

/** Solved or not, an item a tree; the same trees for every rule. */
async function searched(
  lab: Lab,
  o: { n: number; pivots: number; sd: number; of?: 'policy'; knobs: Knobs },
): Promise<{ solved: number[]; spent: number }> {
  const solved: number[] = []
  const spent: number[] = []
  for (let i = 0; i < o.n; i++) {
    const model = treeModel({ seed: lab.seed + i, of: o.of ?? 'best', sd: o.sd, floor: 0.1 })
    const task = `branching=16,depth=8,pivots=${o.pivots},survive=2,seed=${1000 * lab.seed + i}`
    const frame = {
      world: syntheticTree,
      model,
      value: marks(),
      method: alphallm,
      knobs: { ...plain, ...o.knobs },
      budget: { nodes: budget },
    }
    const r = await lab.run(frame, task, { seed: i + 1 })
    solved.push(r.solved ? 1 : 0)
    spent.push(r.spent.nodes)
  }
  return { solved, spent: average(spent) }
}

export const claim: Claim = {
  id: 'alphallm',
  paper: alphallm.paper!,
  evidence: ['alphallm'],
  claim: 'A search whose nodes are as wide as they are important finds more for the same price than one of any fixed width.',
  hypothesis:
    'In trees of 8 steps of which one is pivotal, a width by the distance of the children’s values from the node’s own solves more than every fixed width and than the distance from the children’s mean; a noisy critic takes that away, and a dead zone of the size of the noise gives it back.',
  equal: { unit: 'nodes', budget },
  async run(lab) {
    const n = lab.pick(150, 2)
    const arms: Arm[] = []
    const arm = async (name: string, o: { pivots: number; sd: number; of?: 'policy'; knobs: Knobs }): Promise<Arm> => {
      const { solved, spent } = await searched(lab, { n, ...o })
      lab.say(`${name}: ${average(solved).toFixed(2)}`)
      const a = lab.arm(name, solved, { spent })
      arms.push(a)
      return a
    }
    const clear: Record<string, Arm> = {}
    for (const [name, knobs] of Object.entries(rules)) clear[name] = await arm(`${name}, clear critic`, { pivots: 1, sd: 0.1, knobs })
    const noisy: Record<string, Arm> = {}
    const dead: Record<string, Knobs> = { 'width 2': {}, 'own value, alpha 20': {}, 'own value, alpha 20, dead zone': { deadZone: 0.4 } }
    for (const [name, more] of Object.entries(dead))
      noisy[name] = await arm(`${name}, noisy critic`, { pivots: 1, sd: 2, knobs: { ...rules[name.replace(', dead zone', '')], ...more } })
    const two: Record<string, Arm> = {}
    for (const name of ['width 2', 'own value, alpha 10'])
      two[name] = await arm(`${name}, two pivotal steps`, { pivots: 2, sd: 0.1, knobs: rules[name] })
    const mean = await arm('own value, alpha 10, critic of success under the policy', {
      pivots: 1,
      sd: 0.1,
      of: 'policy',
      knobs: rules['own value, alpha 10'],
    })
    const fixed = ['width 2', 'width 3', 'width 6'].map(x => clear[x]).reduce((a, b) => (b.mean > a.mean ? b : a))
    const own = clear['own value, alpha 10']
    return {
      arms,
      findings: [
        lab.paired(`own value solves more than the best fixed width (${fixed.name.split(',')[0]})`, own, fixed, { above: 0, least: 0.05 }),
        lab.paired('own value solves more than the siblings’ mean', own, clear['siblings’ mean, alpha 10'], { above: 0, least: 0.05 }),
        lab.paired(
          'with a noisy critic a dead zone solves more than none',
          noisy['own value, alpha 20, dead zone'],
          noisy['own value, alpha 20'],
          { above: 0, least: 0.05 },
        ),
        lab.paired('noise takes from own value (against the clear critic)', noisy['own value, alpha 20'], clear['own value, alpha 20'], {
          below: 0,
          least: 0.05,
          counts: false,
        }),
        lab.paired('two pivotal steps: own value solves more than width 2', two['own value, alpha 10'], two['width 2'], {
          above: 0,
          least: 0.05,
          counts: false,
        }),
        lab.paired('a critic of mean success sees less of it', mean, own, { below: 0, least: 0.05, counts: false }),
      ],
      notes: [
        'The critic says whether a place can still end well (0.9 or 0.1, noise in logits): then a pivotal place stands far above its children. One that says the mean success under the policy says 1/8 there, 0 below, and importance is eight times smaller.',
      ],
    }
  },
}

// AlphaMath: what a value head buys at inference. A step-level beam against votes of as many samples, and against a tree of forty simulations.
import type { KnobValue, Method, Value } from '../src/contract/index.ts'
import { average } from '../src/kernel/index.ts'
import { alphamath, alphamathBeam, selfConsistency } from '../src/method/index.ts'
import { processCritic, seedling } from '../src/model/index.ts'
import { asReward, marks } from '../src/reward/index.ts'
import type { Arm, Claim, Lab } from '../src/run/index.ts'
import { game24, syntheticTree, treeModel, truthOf } from '../src/world/index.ts'
import { tasks24 } from '../src/world/number/index.ts'

const depth = 6
/** Steps that the policy samples: five whole solutions. The value head reads along with them and costs nothing. */
const budget = 5 * depth

type Contestant = readonly [name: string, method: Method, knobs: Record<string, KnobValue>]
const beam = (b1: number): Contestant => [`beam(${b1},5)`, alphamathBeam, { b1, b2: 5, untilSolved: false }]
const vote = (n: number): Contestant => [`majority@${n}`, selfConsistency, { n, temperature: 1 }]
const tree: Contestant = ['MCTS, 40 simulations', alphamath, { simulations: 40, n: 5, untilSolved: false }]

/** A value that counts how often it is asked, for samples of the policy alone are compared. */
function counted(inner: Value): { value: Value; asked(): number } {
  let asked = 0
  return {
    asked: () => asked,
    value: {
      ...inner,
      async value(at, io) {
        asked++
        return inner.value(at, io)
      },
    },
  }
}

/** Planted trees: a policy that is right about one time in four, a value head that tells ends that are right from others nine times in ten. No truth is searched with. */
async function planted(lab: Lab, n: number, [name, method, knobs]: Contestant, most: number): Promise<Arm> {
  const right: number[] = []
  const spent: number[] = []
  for (let i = 0; i < n; i++) {
    const task = `branching=5,depth=${depth},density=0.02,spread=0.5,answers=12,confuser=0.2,seed=${lab.seed * 1000 + i}`
    const model = treeModel({ seed: lab.seed + i, skill: 1.6, sd: 1.5, floor: 0.2 })
    const { value, asked } = counted(marks())
    const world = { ...syntheticTree, grains: ['step' as const] }
    const r = await lab.run({ world, model, value, reward: asReward(value), method, knobs }, task, { seed: i + 1 })
    right.push(r.answer !== undefined && truthOf(task).right(r.answer) ? 1 : 0)
    spent.push(r.spent.calls - asked())
  }
  lab.say(`${name}: ${average(right).toFixed(3)} at ${average(spent).toFixed(1)} samples`)
  return lab.arm(name, right, { spent: average(spent), budget: most })
}

/** The model that ships, with its own value head, on held-out puzzles. Its critic decides; the puzzle's rule only grades. */
async function shipped(lab: Lab, n: number, [name, method, knobs]: Contestant): Promise<Arm> {
  const model = seedling()
  const right: number[] = []
  const tokens: number[] = []
  const world = game24
  for (const [i, { task }] of tasks24({ split: 'test', n, seed: lab.seed }).entries()) {
    const value = processCritic()
    const r = await lab.run({ world, model, value, reward: asReward(value), method, knobs }, task, { seed: i + 1 })
    right.push(r.nodes[0] !== undefined && world.outcome(r.tree.state(r.nodes[0]))?.reward === 1 ? 1 : 0)
    tokens.push(r.spent.outputTokens)
  }
  lab.say(`seedling, ${name}: ${average(right).toFixed(3)} at ${average(tokens).toFixed(0)} tokens`)
  return lab.arm(`seedling on Game of 24, ${name}`, right, { spent: average(tokens), budget: average(tokens) })
}

export const claim: Claim = {
  id: 'alphamath',
  paper: alphamath.paper!,
  evidence: ['alphamath', 'alphamath-beam'],
  claim:
    'A step-level beam ranked by the value head answers better than a vote of as many samples, and a slightly wider one about as well as a full tree search, for far fewer calls.',
  hypothesis:
    'Beam(1,5) is right more often than majority@5 of as many sampled steps, and beam(3,5) is right at least as often as MCTS with 40 simulations (within 5 points) with fewer samples.',
  equal: { unit: 'samples', budget },
  async run(lab) {
    const n = lab.pick(300, 4)
    const one = await planted(lab, n, beam(1), budget)
    const five = await planted(lab, n, vote(5), budget)
    const three = await planted(lab, n, beam(3), 3 * budget)
    const fifteen = await planted(lab, n, vote(15), 3 * budget)
    const forty = await planted(lab, n, tree, 40 * 5)
    const m = lab.pick(100, 2)
    const own: Arm[] = []
    for (const c of [beam(1), vote(5), beam(3), tree]) own.push(await shipped(lab, m, c))
    return {
      arms: [one, five, three, fifteen, forty, ...own],
      findings: [
        lab.paired('beam(1,5) is right more often than majority@5', one, five, { above: 0, least: 0.03 }),
        lab.paired('beam(3,5) is at most 5 points worse than MCTS(40)', three, forty, { above: -0.05 }),
        lab.finding('beam(3,5) draws fewer samples than MCTS(40) (ratio)', {
          effect: three.spent / forty.spent,
          interval: [three.spent / forty.spent, three.spent / forty.spent],
          below: 1,
        }),
        lab.paired('beam(3,5) is right more often than majority@15', three, fifteen, { above: 0, least: 0.03, counts: false }),
        lab.paired('seedling: beam(1,5) is right more often than majority@5', own[0], own[1], { above: 0, least: 0.03, counts: false }),
        lab.paired('seedling: beam(3,5) is at most 5 points worse than MCTS(40)', own[2], own[3], { above: -0.05, counts: false }),
      ],
      notes: [
        'The inference half only: that all of them rise over rounds of training, and that values trained on right solutions alone are worth little, is another experiment.',
        'On Game of 24 the world knows an expression that does not make 24 for none, so the vote of the seedling is over right answers alone: it is whether any of five is right, which no beam of width 1 can be better than by much. Spend of the seedling is in output tokens; its tree ends early, for many samples are equal.',
      ],
    }
  },
}

import type { Frame } from '../src/contract/index.ts'
import { master, uct } from '../src/method/index.ts'
import type { Arm, Claim } from '../src/run/index.ts'
import { dice } from './fixture/dice.ts'
import { assessor, judge, type Planted, planted, right, rollouts } from './fixture/planted.ts'

const calls = 60
const many = 30
type Setting = Omit<Frame<any, any, string, Planted>, 'world'> & { budget: { calls: number } }
const common = { model: dice(), reward: judge }
/** Expansions take every branch; facts are not checked apart, since the assessor needs none. */
const rule = { branches: 3, validation: false }
const contestants: Record<string, Setting> = {
  'confidence trusted': { ...common, method: master, knobs: rule, value: assessor(true), budget: { calls } },
  'confidence constant': { ...common, method: master, knobs: { ...rule, trust: false }, value: assessor(true), budget: { calls } },
  'confidence uninformative': { ...common, method: master, knobs: rule, value: assessor(false), budget: { calls } },
  'uninformative, constant': { ...common, method: master, knobs: { ...rule, trust: false }, value: assessor(false), budget: { calls } },
  'UCT with rollouts': {
    ...common,
    method: uct,
    knobs: { how: 'all', simulations: 0, untilSolved: false },
    value: rollouts(many),
    budget: { calls: calls * 10 },
  },
  'UCT with rollouts, equal calls': {
    ...common,
    method: uct,
    knobs: { how: 'all', simulations: 0, untilSolved: false },
    value: rollouts(many),
    budget: { calls },
  },
}

export const claim: Claim = {
  id: 'master',
  paper: master.paper!,
  evidence: ['master'],
  claim: 'Assessments whose confidence says how far they are trusted, corrected by failed answers, take the place of simulations.',
  hypothesis:
    'In trees of depth 4 with one good leaf, at 60 calls: trusting the assessor in proportion to its confidence solves more than a constant confidence, and no less than UCT with 30 rollouts a node at ten times the calls; where confidence means nothing, the two solve alike.',
  equal: { unit: 'calls', budget: calls },
  async run(lab) {
    const items = Array.from(
      { length: lab.pick(400, 4) },
      (_, i): Planted => ({ seed: lab.seed * 100_000 + i, branch: 2 + (i % 2), depth: 4 }),
    )
    const arms: Record<string, Arm> = {}
    const spent: Record<string, number[]> = {}
    for (const [name, setting] of Object.entries(contestants)) {
      lab.say(name)
      const solved: number[] = []
      const costs: number[] = []
      for (const task of items) {
        const r = await lab.run({ world: planted, policy: everyBranch, ...setting }, task, { seed: task.seed, concurrency: 1 })
        solved.push(right(task, r.answer))
        costs.push(r.spent.calls)
      }
      spent[name] = costs
      arms[name] = lab.arm(name, solved, { spent: costs.reduce((a, x) => a + x, 0) / items.length, budget: setting.budget.calls })
    }
    const [ours, constant, slow] = [arms['confidence trusted'], arms['confidence constant'], arms['UCT with rollouts']]
    const cost = (name: string): Arm =>
      lab.arm(`${name}, calls`, spent[name], { spent: arms[name].spent, budget: arms[name].budget, unit: 'calls' })
    return {
      arms: Object.values(arms),
      findings: [
        lab.paired('trusting confidence solves more than a constant confidence', ours, constant, { above: 0, least: 0.03 }),
        lab.paired('it solves at most 0.05 less than UCT with 30 rollouts a node', ours, slow, { above: -0.05 }),
        lab.paired('and spends fewer calls', cost('confidence trusted'), cost('UCT with rollouts'), { below: 0 }),
        lab.paired(
          'where confidence means nothing, trusting it is at most 0.05 worse',
          arms['confidence uninformative'],
          arms['uninformative, constant'],
          { above: -0.05 },
        ),
        lab.paired('at equal calls it solves more than UCT with rollouts', ours, arms['UCT with rollouts, equal calls'], {
          above: 0,
          counts: false,
        }),
      ],
      notes: [
        'The rule of selection is a reading of the paper, whose algebra is not published: R = (c0 r0 + sum of failures) / (c0 + k), and a bonus of sqrt(ln N / n) / (10 c0).',
        'Its judge of ends is wrong in a tenth of them, and the search stops at the first that it accepts: no selection can do better than that allows.',
      ],
    }
  },
}

/** Branches cost nothing to list; MASTER draws them as a policy would, one after the other. */
const everyBranch = {
  id: 'every branch',
  async propose(from: readonly { state: Planted & { path: string } }[], { n }: { n: number }) {
    const all = planted.actions!(from[0].state as never)
    return { draws: all.slice(0, n).map(action => ({ action, prior: 1 / all.length })) }
  },
}

import { average } from '../src/kernel/index.ts'
import { iMcts } from '../src/method/index.ts'
import type { Arm, Claim } from '../src/run/index.ts'
import { dice } from './fixture/dice.ts'
import { engineer, noisyRuns, type Pipeline, pipeline, planJudge, worth } from './fixture/pipeline.ts'

const runs = 10
const more = 40
const rhos = [0, 0.3, 0.6, 0.9]
const base = { again: true, untilSolved: false, rollouts: 0, c: 0.2 }

export const claim: Claim = {
  id: 'i-mcts',
  paper: iMcts.paper!,
  evidence: ['i-mcts'],
  claim:
    'Introspective expansion and a judgement of plans that gives way to real runs find better pipelines than tree search without them.',
  hypothesis:
    'In additive pipelines of four stages with noisy runs, at 10 runs and exploration near the spread of the scores, the hybrid of judge (rho = 0.6) and runs finds better plans than runs alone, and at 40 runs none that are more than 0.01 worse; children told of their siblings are more various.',
  equal: { unit: 'toolCalls', budget: runs },
  async run(lab) {
    const items = Array.from({ length: lab.pick(200, 4) }, (_, i): Pipeline => ({ seed: lab.seed * 100_000 + i, stages: 4, options: 8 }))
    const calls: string[] = []
    const kids: Record<string, number[]> = {}
    const play = async (name: string, rho: number, knobs: Record<string, number | boolean>, budget = runs): Promise<Arm> => {
      lab.say(name)
      const values: number[] = []
      const distinct: number[] = []
      let used = 0
      let asked = 0
      for (const task of items) {
        const reward = noisyRuns(task.seed, 0.05)
        const frame = {
          world: pipeline,
          method: iMcts,
          knobs: { ...base, ...knobs },
          policy: engineer,
          value: planJudge(rho),
          reward,
          model: dice(),
          budget: { toolCalls: budget },
        }
        const r = await lab.run(frame, task, { seed: task.seed, concurrency: 1 })
        values.push(worth(task, r.answer))
        const expanded = r.tree.nodes().filter(n => r.tree.children(n).length > 0)
        distinct.push(average(expanded.map(n => r.tree.children(n).length)))
        used += r.spent.toolCalls
        asked += r.spent.calls
      }
      kids[name] = distinct
      calls.push(`${name} ${(asked / items.length).toFixed(0)}`)
      return lab.arm(name, values, { spent: used / items.length, budget, unit: 'true score of the plan' })
    }
    const hybrids = new Map<number, Arm>()
    for (const rho of rhos) hybrids.set(rho, await play(`hybrid, rho ${rho}`, rho, {}))
    const ours = hybrids.get(0.6)!
    const plain = await play('runs alone', 0, { judged: false })
    const judge = await play('judge alone, rho 0.6', 0.6, { cV: 1e6 })
    const wide = await play('hybrid, rho 0.6, c = 2', 0.6, { c: 2 })
    const alone = await play('hybrid, rho 0.6, siblings not told', 0.6, { introspect: false })
    // Made after the first run: its exploration was twice the spread of the scores, and went breadth first whatever the judge said.
    const calm = await play('hybrid, rho 0.6, c = 0.05', 0.6, { c: 0.05 })
    const calmest = await play('hybrid, rho 0.9, c = 0.05', 0.9, { c: 0.05 })
    const calmPlain = await play('runs alone, c = 0.05', 0, { judged: false, c: 0.05 })
    const calmAlone = await play('hybrid, rho 0.6, c = 0.05, siblings not told', 0.6, { c: 0.05, introspect: false })
    const [longOurs, longPlain] = [
      await play(`hybrid, rho 0.6, ${more} runs`, 0.6, {}, more),
      await play(`runs alone, ${more} runs`, 0, { judged: false }, more),
    ]
    const various = (name: string): Arm => lab.arm(`${name}: distinct children`, kids[name], { spent: 0, unit: 'children a node' })
    return {
      arms: [...hybrids.values(), plain, judge, wide, alone, longOurs, longPlain, calm, calmest, calmPlain, calmAlone],
      findings: [
        lab.paired('at 10 runs judge and runs together find better plans than runs alone', ours, plain, { above: 0, least: 0.01 }),
        lab.paired('at 40 runs they find plans at most 0.01 worse', longOurs, longPlain, { above: -0.01 }),
        lab.paired(
          'told of their siblings, children are more various',
          various('hybrid, rho 0.6'),
          various('hybrid, rho 0.6, siblings not told'),
          { above: 0 },
        ),
        lab.paired('and the plans found are better', ours, alone, { above: 0, least: 0.01 }),
        lab.paired('a judge that knows nothing does at most 0.01 harm', hybrids.get(0)!, plain, { above: -0.01, counts: false }),
        lab.paired('trusting the judge alone is worse', judge, ours, { below: 0, counts: false }),
        lab.paired("the paper's c = 2 finds worse plans than c = 0.2", wide, ours, { below: 0, counts: false }),
        lab.paired('study: with c = 0.05, judge and runs together find better plans than runs alone', calm, calmPlain, {
          above: 0,
          least: 0.01,
          counts: false,
        }),
        lab.paired('study: with c = 0.05, children told of their siblings lead to better plans', calm, calmAlone, {
          above: 0,
          least: 0.01,
          counts: false,
        }),
        lab.paired('study: with c = 0.05, a better judge (rho = 0.9) finds better plans', calmest, calm, { above: 0, counts: false }),
      ],
      notes: [
        'The score of a plan has a standard deviation of about 0.14, that of one stage 0.07. The bonus of an unvisited child of the root is c sqrt(ln 10 / 0.2) = 3.4 c at ten runs, 0.7 for c = 0.2, while nodes below have a parent of few visits and nearly none. So c = 0.2 is still breadth first: the judge hardly decides, and more distinct children mean more runs before it goes deeper. The study, which does not count, has c = 0.05.',
        `Runs are what is equal, as in the paper, where they are dear. Calls for proposals and judgements beside them, a task: ${calls.join(', ')}.`,
        'Each plan is reported at its true score; the search saw noisy ones (standard deviation 0.05), and answers with the best run it saw.',
      ],
    }
  },
}

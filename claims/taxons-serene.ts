// SERENE against novelty search alone and random controllers, in mazes where two small regions are rewarded and nothing between them.
import type { Method } from '../src/contract/index.ts'
import { average } from '../src/kernel/index.ts'
import { taxonsSerene } from '../src/method/index.ts'
import type { Claim } from '../src/run/index.ts'
import { arena, maze } from '../src/world/index.ts'
import { randomSolutions } from './fixture/evolution.ts'

const evaluations = 4000
/** For budgets of thousands of evaluations, not of hundreds of thousands: everything a tenth. */
const small = { pop: 40, k: 15, lambda: 5, chunk: 400, untilSolved: false }

export const claim: Claim = {
  id: 'taxons-serene',
  paper: taxonsSerene.paper!,
  evidence: ['taxons-serene'],
  claim:
    'Where rewards are sparse, SERENE finds them as novelty search does and, with emitters, improves on them, which novelty search does not.',
  hypothesis:
    'In mazes with two isolated rewarded regions and controllers of twenty numbers, at equal evaluations SERENE reaches a greater reward, summed over the regions, than novelty search alone and than random controllers.',
  equal: { unit: 'steps', budget: evaluations },
  async run(lab) {
    const items = lab.pick(18, 1)
    const steps = lab.pick(evaluations, 250)
    const field: [string, Method, Record<string, number | boolean>][] = [
      ['serene', taxonsSerene, { ...small, surprise: 0 }],
      ['novelty search', taxonsSerene, { ...small, emitters: false, surprise: 0 }],
      ['taxons', taxonsSerene, { ...small, emitters: false }],
      ['random', randomSolutions, {}],
    ]
    const reward = field.map(() => [] as number[])
    const found = field.map(() => [] as number[])
    /** Of the regions that both serene and novelty search found, the greatest reward in each. */
    const both: [serene: number[], novelty: number[]] = [[], []]
    const spent = field.map(() => [] as number[])
    for (let i = 0; i < items; i++) {
      const reached: number[][] = []
      const task = { kind: 'regions', seed: i + 1 } as const
      const worths = arena(task).regions.map(g => g.worth)
      for (const [a, [, method, knobs]] of field.entries()) {
        const r = await lab.run({ world: maze, method, knobs, budget: { steps } }, task, { seed: lab.seed * 1000 + i })
        const best = worths.map(() => 0)
        for (const n of r.tree.answers()) {
          const s = r.tree.state(n)
          if (s.region >= 0) best[s.region] = Math.max(best[s.region], s.reward / worths[s.region])
        }
        reached.push(best)
        reward[a].push(average(best))
        found[a].push(best.filter(x => x > 0).length / worths.length)
        spent[a].push(r.spent.steps)
      }
      for (const [g, x] of reached[0].entries())
        if (x > 0 && reached[1][g] > 0) {
          both[0].push(x)
          both[1].push(reached[1][g])
        }
      lab.say(`maze ${i + 1} of ${items}`)
    }
    const arms = (what: string, values: number[][], unit: string) =>
      field.map(([name], a) => lab.arm(`${name}, ${what}`, values[a], { spent: average(spent[a]), unit }))
    const [height, regions] = [
      arms('reward', reward, 'share of the greatest reward, mean of both regions'),
      arms('regions', found, 'share of the regions found'),
    ]
    const peaks = ['serene', 'novelty search'].map((name, a) =>
      lab.arm(`${name}, regions that both found`, both[a], { spent: average(spent[a]), unit: 'share of the greatest reward' }),
    )
    return {
      arms: [...peaks, ...height, ...regions],
      findings: [
        lab.paired('in regions that both found serene reaches more of the reward than novelty search', peaks[0], peaks[1], {
          above: 0,
          least: 0.03,
        }),
        lab.paired('serene reaches more of the rewards than novelty search', height[0], height[1], { above: 0, least: 0.05 }),
        lab.paired('serene reaches more of the rewards than random controllers', height[0], height[3], { above: 0, least: 0.05 }),
        lab.paired('serene finds as many regions as novelty search, but for a tenth', regions[0], regions[1], { above: -0.1 }),
        lab.paired('novelty by a coin with surprise (taxons) finds more regions than novelty alone', regions[2], regions[1], {
          above: 0,
          least: 0.1,
          counts: false,
        }),
      ],
      notes: [
        'The code of a behaviour is learned from pictures of the maze from above: principal components, the optimum of a linear autoencoder.',
      ],
    }
  },
}

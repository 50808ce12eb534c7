// Intelligent Go-Explore on Game of 24 as a decision process, with a model that finds some states more interesting than others.
import type { KnobValue, Method } from '../src/contract/index.ts'
import { average } from '../src/kernel/index.ts'
import { intelligentGoExplore } from '../src/method/index.ts'
import type { Claim } from '../src/run/index.ts'
import { game24, worldNamed } from '../src/world/index.ts'
import { chooser } from './fixture/chooser.ts'
import { graphSearch } from './fixture/graph-search.ts'

const actions = 700
const number = (w: string): number => {
  const [a, b] = w.split('/').map(Number)
  return b === undefined ? a : a / b
}
/** How near two of the numbers left come to 24 in one operation: 0 at best. It knows nothing of the numbers besides. */
export function closeness(text: string): number {
  const left = (/left:? ([-\d/ ]+)/.exec(text)?.[1] ?? '').trim().split(' ').map(number)
  let best = Number.POSITIVE_INFINITY
  if (left.length === 1) return -Math.abs(left[0] - 24)
  for (const [i, a] of left.entries())
    for (const [j, b] of left.entries())
      if (i !== j)
        for (const c of [a + b, a - b, a * b, b === 0 ? Number.POSITIVE_INFINITY : a / b]) best = Math.min(best, Math.abs(c - 24))
  return -best
}
type State = ReturnType<typeof game24.start>
const shown = (xs: State['left']): string => xs.map(([n, d]) => (d === 1 ? `${n}` : `${n}/${d}`)).join(' ')

export const claim: Claim = {
  id: 'intelligent-go-explore',
  paper: intelligentGoExplore.paper!,
  evidence: ['intelligent-go-explore'],
  claim:
    'A foundation model that chooses states, actions and what to keep solves Game of 24 in far fewer actions than classical graph search; each role matters.',
  hypothesis:
    'With a chooser that feels how near two of the numbers left come to 24, with noise, fewer actions are needed than depth-first search needs, and than Go-Explore with choices by chance; taking either choice away from the model costs actions.',
  equal: { unit: 'steps', budget: actions },
  async run(lab) {
    const tasks = worldNamed('game24').tasks!({ split: 'all', n: lab.pick(100, 3), seed: 1 })
    const field: [string, Method, Record<string, KnobValue>][] = [
      ['model selects, acts, admits', intelligentGoExplore, {}],
      ['model selects and acts', intelligentGoExplore, { admit: 'all' }],
      ['model acts', intelligentGoExplore, { select: 'random', admit: 'all' }],
      ['model selects', intelligentGoExplore, { act: 'random', admit: 'all' }],
      ['by chance', intelligentGoExplore, { select: 'random', act: 'random', admit: 'all' }],
      ['depth-first search', graphSearch, {}],
      ['breadth-first search', graphSearch, { order: 'breadth' }],
    ]
    const needed = field.map(() => [] as number[])
    const solved = field.map(() => [] as number[])
    for (const [i, { task }] of tasks.entries()) {
      const model = chooser({ interest: closeness, noise: 4, enough: -6, seed: lab.seed * 1000 + i })
      for (const [a, [, method, knobs]] of field.entries()) {
        const own = method === intelligentGoExplore
        const r = await lab.run(
          {
            world: game24,
            method,
            model,
            knobs: own ? { how: 'all', horizon: 4, ...knobs } : knobs,
            ...(own
              ? {
                  parts: {
                    describe: (s: State) => `left ${shown(s.left)}`,
                    name: (a: Parameters<typeof game24.step>[1], s: State) => `left: ${shown(game24.step(s, a).left)}`,
                  },
                }
              : {}),
            budget: { steps: actions },
          },
          task,
          { seed: lab.seed * 1000 + i },
        )
        needed[a].push(r.solved === true ? r.spent.steps : actions)
        solved[a].push(r.solved === true ? 1 : 0)
      }
      if (i % 10 === 9) lab.say(`${i + 1} of ${tasks.length} puzzles`)
    }
    const arms = field.map(([name], a) =>
      lab.arm(name, needed[a], { spent: average(needed[a]), unit: 'actions to a solution (700 where none was found)' }),
    )
    const share = field.map(([name], a) => lab.arm(`${name}, solved`, solved[a], { spent: average(needed[a]), unit: 'solved' }))
    const [all, both, act, select, chance, dfs] = arms
    return {
      arms: [...arms, ...share],
      findings: [
        lab.paired('fewer actions than depth-first search', both, dfs, { below: 0, least: 20 }),
        lab.paired('fewer actions than Go-Explore by chance', both, chance, { below: 0, least: 20 }),
        lab.paired('the choice of states matters', both, act, { below: 0, least: 10 }),
        lab.paired('the choice of actions matters', both, select, { below: 0, least: 10 }),
        lab.paired('the choice of states matters where actions are chosen by chance', select, chance, {
          below: 0,
          least: 10,
          counts: false,
        }),
        lab.paired('admission by the model saves actions, too', all, both, { below: 0, least: 10, counts: false }),
      ],
    }
  },
}

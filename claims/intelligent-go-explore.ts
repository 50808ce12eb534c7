// Intelligent Go-Explore on Game of 24 as a decision process, with a model that finds some states more interesting than others.
import type { KnobValue, Method } from '../src/contract/index.ts'
import { average } from '../src/kernel/index.ts'
import { intelligentGoExplore } from '../src/method/index.ts'
import type { Claim } from '../src/run/index.ts'
import { type GridState, game24, gridworld, worldNamed } from '../src/world/index.ts'
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
/** What a state has over the start: keys taken, doors opened. */
const haul = (text: string): number =>
  3 *
  (/doors (\d) (\d)/
    .exec(text)
    ?.slice(1)
    .reduce((a, x) => a + Number(x), 0) ?? 0)
const bits = (x: number): number => x.toString(2).replaceAll('0', '').length
type State = ReturnType<typeof game24.start>
const shown = (xs: State['left']): string => xs.map(([n, d]) => (d === 1 ? `${n}` : `${n}/${d}`)).join(' ')

export const claim: Claim = {
  id: 'intelligent-go-explore',
  paper: intelligentGoExplore.paper!,
  evidence: ['intelligent-go-explore'],
  claim:
    'A foundation model that chooses states, actions and what to keep solves Game of 24 in far fewer actions than classical graph search; each role matters.',
  hypothesis:
    'With a chooser that feels how near two of the numbers left come to 24, with noise, fewer actions are needed than depth-first search needs, and than Go-Explore with choices by chance; taking either choice away from the model costs actions; in rooms with a key and a door the archive is smaller where the model admits, at equal success.',
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
    // Rooms with a key and a door: what the archive holds with and without admission by the model.
    const rooms = worldNamed('gridworld').tasks!({ split: 'all', n: lab.pick(60, 2), seed: 2, size: 6 })
    const held = [0, 1].map(() => [] as number[])
    const reached = [0, 1].map(() => [] as number[])
    const walked = [0, 1].map(() => [] as number[])
    for (const [i, { task }] of rooms.entries()) {
      for (const [a, admit] of ['model', 'all'].entries()) {
        const model = chooser({ interest: haul, noise: 4, enough: 4, seed: lab.seed * 1000 + i })
        const r = await lab.run(
          {
            world: gridworld,
            method: intelligentGoExplore,
            model,
            knobs: { how: 'all', horizon: 16, shown: 1000, admit },
            parts: {
              describe: (s: GridState) =>
                `cell ${s.at % s.grid.width} ${Math.floor(s.at / s.grid.width)}, keys and doors ${bits(s.keys)} ${bits(s.open)}`,
              keep: (s: GridState) => /[to]$/.test(s.path),
            },
            budget: { steps: actions },
          },
          task,
          { seed: lab.seed * 1000 + i },
        )
        held[a].push(model.longest)
        reached[a].push(r.solved === true ? 1 : 0)
        walked[a].push(r.spent.steps)
      }
    }
    lab.say('rooms')
    const listed = ['model admits', 'all are admitted'].map((name, a) =>
      lab.arm(`rooms, ${name}`, held[a], { spent: average(walked[a]), unit: 'states in the longest list' }),
    )
    const out = ['model admits', 'all are admitted'].map((name, a) =>
      lab.arm(`rooms, ${name}, reached the goal`, reached[a], { spent: average(walked[a]), unit: 'solved' }),
    )
    const arms = field.map(([name], a) =>
      lab.arm(name, needed[a], { spent: average(needed[a]), unit: 'actions to a solution (700 where none was found)' }),
    )
    const share = field.map(([name], a) => lab.arm(`${name}, solved`, solved[a], { spent: average(needed[a]), unit: 'solved' }))
    const [all, both, act, select, chance, dfs] = arms
    return {
      arms: [...arms, ...share, ...listed, ...out],
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
        lab.paired('in rooms with a key and a door admission keeps the archive small', listed[0], listed[1], { below: 0, least: 2 }),
        lab.paired('and costs no success', out[0], out[1], { above: -0.1 }),
        lab.paired('admission by the model saves actions, too', all, both, { below: 0, least: 10, counts: false }),
      ],
      notes: [
        'The chooser errs in the same way about the same state each time, so it returns to a few states until their actions are used up. Where it chooses the actions too, that is no better than a state by chance; where actions are by chance, its choice of states helps.',
      ],
    }
  },
}

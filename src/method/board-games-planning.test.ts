import { describe, expect, test } from 'vitest'
import type { KnobValue, NodeId } from '../contract/index.ts'
import { softmax } from '../kernel/index.ts'
import { run } from '../runtime/index.ts'
import { type BoardWorld, connectFour, evaluator, hex, ticTacToe } from '../world/index.ts'
import { bestOfN } from './best-of-n.ts'
import { boardGamesPlanning } from './board-games-planning.ts'
import { puct } from './puct.ts'
import { uct } from './uct.ts'

const play = (
  w: BoardWorld<any>,
  task: unknown,
  o: { noise?: number; knobs?: Record<string, KnobValue>; concurrency?: number; method?: typeof boardGamesPlanning } = {},
) => {
  const by = evaluator(w.rules, w.outlook, { noise: o.noise ?? 0.2, seed: 2 })
  const method = o.method ?? boardGamesPlanning
  return run({ world: w.world, method, policy: by.policy, value: by.value, knobs: { how: 'all', ...o.knobs } }, task as never, {
    concurrency: o.concurrency ?? 16,
    strict: true,
  })
}

describe.each([
  ['tic-tac-toe', ticTacToe],
  ['connect-four', connectFour],
  ['hex', hex],
] as const)('%s', (_, world) => {
  const w = world as BoardWorld<any>
  const tasks = w.tasks!({ n: 4, size: 2, seed: 9 }).map(t => t.task)
  const right = (position: string, answer: string | undefined): boolean => {
    const g = w.rules.read(position)
    return w.outlook.best(g, 3).some(a => g.moveText(a) === answer)
  }
  test.each([1, 16])('finds the winning move in spite of errors, %i under way', async concurrency => {
    for (const t of tasks) {
      const r = await play(w, t, { concurrency, knobs: { simulations: 600, tau: 0.3 } })
      expect(right(t.position, r.answer), `${t.position}: ${r.answer}`).toBe(true)
      expect(r.actions).toEqual([r.answer])
    }
  })
  test.each([1, 16])('so do others, each by its most visited move, %i in flight', async concurrency => {
    for (const method of [uct, puct])
      for (const t of tasks) {
        const r = await play(w, t, { method, concurrency, knobs: { simulations: 1000 } })
        expect(right(t.position, r.answer), `${method.id} ${t.position}: ${r.answer}`).toBe(true)
      }
  })
})

test('a game is not won by a line of play: what was drawn for both sides proves nothing, a move that wins at once does', async () => {
  const t = { position: 'xx./oo./...' }
  const by = evaluator(ticTacToe.rules, ticTacToe.outlook)
  const many = await run({ world: ticTacToe.world, method: bestOfN, policy: by.policy, knobs: { n: 5 } }, t)
  expect(many.solved === null || many.answer === 'c1').toBe(true)
  const found = await play(ticTacToe, t)
  expect(found).toMatchObject({ answer: 'c1', solved: true, verifiedBy: 'exact', score: 1 })
})

test('priors are a mixture of the values, made sharp, and of evenness; a state is worth its best action (steps 2 and 3)', async () => {
  const r = await play(connectFour, '4453', { concurrency: 1, knobs: { simulations: 5, tau: 0.2, eps: 0.1 } })
  const t = r.tree
  for (const n of [t.root, ...t.children(t.root)]) {
    const edges = t.edges(n)
    const weight = softmax(
      edges.map(e => t.F[e]),
      0.2,
    )
    for (const [i, e] of edges.entries()) expect(t.P[e]).toBeCloseTo(0.9 * weight[i] + 0.1 / edges.length, 12)
    expect(t.V[n]).toBe(Math.max(...edges.map(e => t.F[e])))
  }
})

test('virtual counts spread what is under way, and are all taken back', async () => {
  const leaves = async (virtual: string) => {
    const r = await play(connectFour, 'start', { knobs: { simulations: 64, virtual }, concurrency: 16 })
    for (let e = 0; e < r.tree.size; e++) expect(r.tree.O[e as NodeId]).toBe(0)
    expect(r.tree.children(r.tree.root).reduce((sum, n) => sum + r.tree.N[n], 0)).toBe(64)
    return r.tree.nodes().length - 1
  }
  // Without them sixteen at once go the same way, and are answered by one call.
  expect(await leaves('none')).toBeLessThanOrEqual(16)
  expect(await leaves('dynamic')).toBe(64)
  expect(await leaves('constant')).toBe(64)
})

test('how the move is chosen', async () => {
  for (const choose of ['robust', 'max', 'secure', 'maxRobust']) {
    const r = await play(connectFour, '44', { noise: 0.6, knobs: { simulations: 60, choose }, concurrency: 4 })
    const t = r.tree
    const kids = t.children(t.root)
    const [n] = r.nodes
    const greatest = (f: (m: NodeId) => number) => expect(f(n)).toBe(Math.max(...kids.filter(m => t.N[m] > 0).map(f)))
    if (choose === 'robust' || choose === 'maxRobust') greatest(m => t.N[m])
    if (choose === 'max') greatest(m => t.Q[m])
    if (choose === 'secure') greatest(m => t.Q[m] - 1.25 / Math.sqrt(t.N[m]))
    if (choose === 'maxRobust') expect(kids.reduce((sum, m) => sum + t.N[m], 0)).toBeLessThanOrEqual(120 + 4)
  }
})

test('a discount prefers the shorter of two wins', async () => {
  // x wins at once by 4, and by force after other moves, too.
  const position = '......./......./......./......./.ooo.../.xxx...'
  const r = await play(connectFour, position, { noise: 0, knobs: { simulations: 300, gamma: 0.9 } })
  expect(r.solved).toBe(true)
})

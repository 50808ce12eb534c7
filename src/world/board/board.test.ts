import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Context } from '../../contract/index.ts'
import { AddressedRandom, gameUct } from '../../kernel/index.ts'
import {
  after,
  type BoardState,
  type BoardWorld,
  boardWorlds,
  chess,
  connectFour,
  evaluator,
  hex,
  legalOf,
  Outlook,
  resultOf,
  scored,
  ticTacToe,
} from './index.ts'

const worlds = boardWorlds as unknown as readonly BoardWorld<any>[]
const named = worlds.map(w => [w.world.id, w] as const)
const random = (seed: number) => new AddressedRandom(seed, 0, 0, 'test')
const at = (state: BoardState): Context<BoardState, string> => ({ state }) as Context<BoardState, string>

describe.each(named)('%s', (id, { world, rules, outlook, ...entry }) => {
  test('a position is its text: what is read back plays on alike', () => {
    fc.assert(
      fc.property(fc.nat(1e6), seed => {
        const r = random(seed)
        const g = rules.read('start')
        for (let i = 0; i < 12 && !g.over(); i++) {
          g.apply(r.pick(legalOf(g)))
          const again = rules.read(g.text())
          expect(again.text()).toBe(g.text())
          expect([again.player(), again.over(), legalOf(again)]).toEqual([g.player(), g.over(), legalOf(g)])
          for (const a of legalOf(g)) expect(g.action(g.moveText(a))).toBe(a)
          if (!g.over()) expect(Math.abs(g.estimate())).toBeLessThan(1)
          const copy = g.clone()
          if (!g.over()) copy.apply(legalOf(g)[0])
          expect(again.text()).toBe(g.text())
        }
      }),
      { numRuns: id === 'chess' ? 5 : 40 },
    )
  })

  test('a line of play: legal moves only, results for the player to move, the first move is the answer', () => {
    for (let seed = 0; seed < (id === 'chess' ? 2 : 20); seed++) {
      const r = random(seed)
      let s = world.start('start')
      let first: string | undefined
      for (let ply = 0; ply < 200; ply++) {
        const done = world.outcome(s)
        const legal = world.actions!(s)
        if (done !== null && !done.open) {
          expect(legal).toEqual([])
          expect(done.answer).toBe(first)
          expect([-1, 0]).toContain(done.reward)
          break
        }
        expect(legal.length).toBeGreaterThan(0)
        if (ply === 1) expect(done).toMatchObject({ answer: first, open: true, reward: Number.NaN })
        else expect(done).toBeNull()
        expect(world.valid!('zz99', s)).toMatch(/move/)
        const a = r.pick(legal)
        first ??= a
        expect(world.valid!(a, s)).toBe(true)
        const next = world.step(s, a)
        expect(world.player!(next)).toBe(1 - world.player!(s))
        s = next
      }
    }
  })

  test('prompts say what the oracle must know, and moves are read back from what is written', () => {
    for (const { task } of entry.tasks!({ n: 2, size: 1 })) {
      for (const t of [task, { position: task.position }]) {
        const s = world.start(t)
        for (const want of [{ for: 'step' }, { for: 'step', list: 3 }, { for: 'step', list: Infinity }, { for: 'judgement' }] as const) {
          const read = world.oracle!.read(world.render(at(s), want))
          expect(read).toMatchObject({ want, place: { position: task.position, view: s.player } })
          expect(world.oracle!.moves(read!.place).map(m => m.text)).toEqual(world.actions!(s))
        }
        for (const a of world.actions!(s)) expect(world.parse(`  ${a}`, s, { for: 'step' })).toBe(a)
        expect(world.parse('I resign', s, { for: 'step' })).toHaveProperty('reject')
        expect(world.parse('', s, { for: 'step' })).toHaveProperty('reject')
      }
    }
    expect(world.oracle!.read([{ role: 'user', content: 'Next move:' }])).toBeNull()
  })

  test('what is promising for one is not for the other', () => {
    for (const { task } of entry.tasks!({ n: 3, size: 1 })) {
      const s = world.start(task)
      const { place } = world.oracle!.read(world.render(at(s), { for: 'judgement' }))!
      expect(world.oracle!.promising(place)).toBe(true)
      const moves = world.oracle!.moves(place)
      expect(moves.some(m => world.oracle!.promising(m.to))).toBe(true)
      for (const m of moves) {
        const next = world.step(s, m.text)
        const reward = world.outcome(next)!.reward
        // With one move for it, the move wins at once or not at all.
        expect(world.oracle!.promising(m.to)).toBe(reward === -1)
        expect(world.outcome(next)).toMatchObject({ reward: reward === -1 ? -1 : 1 })
      }
    }
  })

  test('made tasks: forced wins of the asked length, the same for the same wish; the grader knows the moves', async () => {
    for (let size = 1; size <= 2; size++) {
      // A chess position takes long to search out.
      const n = id === 'chess' && size > 1 ? 1 : 2
      const made = entry.tasks!({ n, size, seed: 3 })
      expect(made).toHaveLength(n)
      expect(entry.tasks!({ n, size, seed: 3 })).toEqual(made)
      for (const { task } of made) {
        expect(entry.parseTask(entry.showTask(task))).toEqual(task)
        const g = rules.read(task.position)
        expect(outlook.winsIn(g, size)).toBe(size)
        const best = outlook.best(g, 2 * size - 1).map(a => g.moveText(a))
        const { key } = entry.item!(task, 'dev')
        const io = {} as never
        const { grade } = entry.grader!('dev')
        const some = id === 'chess' ? legalOf(g).filter((a, i) => i % 8 === 0 || best.includes(g.moveText(a))) : legalOf(g)
        for (const a of some) {
          const move = g.moveText(a)
          expect((await grade(move, key, io)).correct).toBe(best.includes(move) ? 1 : 0)
        }
        expect(best.length).toBeLessThan(legalOf(g).length)
        expect(await grade(undefined, key, io)).toEqual({ correct: 0, note: 'no answer' })
        expect((await grade('nonsense', key, io)).correct).toBe(0)
      }
    }
    const dev = entry.tasks!({ n: 2, split: 'dev', size: 1 })
    for (const { task } of dev) expect(entry.splitOf!(task)).toBe('dev')
    expect(() => entry.tasks!({ n: 1, size: 99 })).toThrow(/expected a size of 1 to/)
  })

  test('bad tasks are refused in one line', () => {
    for (const bad of [
      '',
      'abc def',
      7,
      null,
      {},
      { position: 3 },
      `${rules.examples[1]} win in 0`,
      `${rules.example.position} win in soon`,
    ]) {
      const told = expect(() => entry.parseTask(bad), JSON.stringify(bad))
      told.toThrow(new RegExp(`^${id}: `))
    }
    for (const e of entry.examples) expect(entry.parseTask(e)).toEqual(entry.parseTask(entry.showTask(entry.parseTask(e))))
  })

  test("the kernel's search plays it; where playouts are short it finds a win in one", () => {
    const quick = id !== 'chess'
    for (const { task } of entry.tasks!({ n: quick ? 2 : 1, size: 1 })) {
      const g = rules.read(task.position)
      const { action } = gameUct(g, { simulations: quick ? 400 : 4, c: 0.2 })
      expect(quick ? outlook.best(g, 1) : legalOf(g)).toContain(action)
      expect(g.text()).toBe(task.position)
    }
  })

  test('an evaluator without error knows what ends the game; with one, errors belong to positions', () => {
    const exact = evaluator(rules, outlook)
    const noisy = evaluator(rules, outlook, { noise: 0.3, seed: 5 })
    for (const { task } of entry.tasks!({ n: 2, size: 1 })) {
      const g = rules.read(task.position)
      for (const { move, value } of exact.evaluate(task.position)) {
        const next = after(g, g.action(move) as number)
        if (next.over()) expect(value).toBe(-resultOf(next))
        else expect(value).toBeCloseTo(-next.estimate(), 6)
      }
      expect(noisy.evaluate(task.position)).toEqual(noisy.evaluate(task.position))
      expect(noisy.evaluate(task.position)).not.toEqual(exact.evaluate(task.position))
    }
  })
})

/** Plain minimax, without bounds and without memory. */
function minimax(g: { over(): boolean; clone(): any }, plies: number): number {
  const p = g as Parameters<typeof resultOf>[0] & typeof g
  if (g.over()) return resultOf(p)
  if (plies === 0) return 0
  return Math.max(...legalOf(g as never).map(a => -minimax(after(g as never, a), plies - 1))) + 0
}

describe('the solver agrees with plain minimax', () => {
  test.each([
    ['tic-tac-toe', ticTacToe, 3, 9, 40],
    ['connect-four', connectFour, 20, 4, 20],
    ['hex', hex, 9, 7, 20],
  ] as const)('%s', (_, { rules }, begin, plies, runs) => {
    const outlook = new Outlook<any>()
    for (let seed = 0; seed < runs; seed++) {
      const r = random(seed)
      const g: any = rules.read('start')
      for (let i = 0; i < begin && !g.over(); i++) g.apply(r.pick(legalOf(g)))
      // Several depths from one table: bounds of one must not pass for those of another.
      for (const p of [plies - 2, plies, plies - 1]) expect(outlook.of(g, p)).toBe(minimax(g, p))
    }
  })
})

test('tic-tac-toe is a draw, Hex is won by who begins', () => {
  expect(ticTacToe.outlook.of(ticTacToe.rules.read('start'), 9)).toBe(0)
  for (const start of ['../..', '.../.../...']) expect(hex.outlook.of(hex.rules.read(start), 9)).toBe(1)
})

test('on a full Hex board exactly one player has joined the sides', () => {
  for (let seed = 0; seed < 50; seed++) {
    const r = random(seed)
    const g = hex.rules.read('...../...../...../...../.....')
    while (!g.over()) g.apply(r.pick(legalOf(g)))
    expect([1, 2]).toContain(g.winner)
    // Whoever has not won has no way through: the other's stones with all free cells do not join either.
    const loser = 3 - g.winner
    const rows = g
      .text()
      .replaceAll('.', loser === 1 ? 'x' : 'o')
      .split('/')
    const owns = (i: number, j: number): boolean => rows[i]?.[j] === (loser === 1 ? 'x' : 'o')
    const reached = new Set<string>()
    const stack: [number, number][] = Array.from({ length: 5 }, (_, k): [number, number] => (loser === 1 ? [0, k] : [k, 0]))
    for (let c = stack.pop(); c !== undefined; c = stack.pop()) {
      const [i, j] = c
      if (!owns(i, j) || reached.has(`${i} ${j}`)) continue
      reached.add(`${i} ${j}`)
      stack.push([i - 1, j], [i - 1, j + 1], [i, j - 1], [i, j + 1], [i + 1, j - 1], [i + 1, j])
    }
    expect([...reached].some(x => x.split(' ')[loser === 1 ? 0 : 1] === '4')).toBe(false)
  }
})

describe('positions that cannot be', () => {
  test.each([
    [ticTacToe, 'xxx/oo./...', /the game is over/],
    [ticTacToe, 'xxx/.../...', /as many stones/],
    [ticTacToe, 'xo/../..', /3 rows of 3/],
    [connectFour, '...x.../......./......./......./......./...o...', /hangs in the air/],
    [connectFour, '4444444', /column 4 is full/],
    [connectFour, '8', /a column, 1 to 7/],
    [connectFour, '.../.../...', /4 to 6 rows/],
    [hex, '../.../..', /different length/],
    [hex, '...../....', /different length/],
    [chess, 'rnbqkbnr/8/8 w - - 0 1', /expected a position as FEN/],
  ] as const)('%#: %s', (w, task, why) => {
    expect(() => (w as BoardWorld<any>).parseTask(task)).toThrow(why)
  })
})

test('chess: notations that people write', () => {
  const s = chess.world.start('start')
  for (const [text, move] of [
    ['e2e4', 'e4'],
    ['1. Nf3!', 'Nf3'],
    ['The best move is d4.', 'd4'],
  ])
    expect(chess.world.parse(text, s, { for: 'step' })).toBe(move)
  const castle = chess.world.start('4k3/8/8/8/8/8/8/4K2R w K - 0 1')
  expect(chess.world.parse('0-0', castle, { for: 'step' })).toBe('O-O')
  const mate = chess.world.start('7k/8/5K2/8/8/8/8/6Q1 w - - 0 1 mate in 1')
  expect(chess.world.outcome(chess.world.step(mate, 'Qg7#'))).toEqual({ answer: 'Qg7#', reward: -1 })
  // Asked for a mate, stalemate is a loss, too: seen by Black, who is to move, a win.
  const stale = chess.world.start('7k/8/5K2/8/8/8/8/6Q1 w - - 0 1 mate in 1')
  expect(chess.world.outcome(chess.world.step(stale, 'Qg6'))).toMatchObject({ reward: 1 })
})

test('a value read from a law over steps: its mean errs less than its most probable step, and both are right without errors', () => {
  const off = { mean: 0, max: 0 }
  for (let seed = 0; seed < 200; seed++) {
    const value = 1.8 * random(seed).next() - 0.9
    for (const scoring of ['mean', 'max'] as const) {
      const r = new AddressedRandom(seed, 0, 0, 'steps')
      off[scoring] += Math.abs(scored(value, scoring, 1, () => r.normal()) - value)
      expect(Math.abs(scored(value * 0.5, scoring, 0, () => 0) - value * 0.5)).toBeLessThan(1 / 64 + 0.01)
    }
  }
  expect(off.mean).toBeLessThan(off.max / 2)
  const by = (scoring: 'mean' | 'max') =>
    evaluator(connectFour.rules, connectFour.outlook, { scoring }).evaluate('......./......./......./......./.ooo.../.xxx...')
  for (const scoring of ['mean', 'max'] as const) {
    // What ends the game is known, whatever the law.
    expect(by(scoring).find(x => x.move === '1')!.value).toBe(1)
    expect(by(scoring)).toEqual(by(scoring))
  }
})

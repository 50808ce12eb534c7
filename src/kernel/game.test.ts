import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EdgeId } from '../contract/index.ts'
import { type Game, gameUct } from './game.ts'
import { hashText } from './hash.ts'
import { AddressedRandom } from './random.ts'
import { FlatTree } from './tree.ts'

const lines = [
  [0, 1, 2],
  [3, 4, 5],
  [6, 7, 8],
  [0, 3, 6],
  [1, 4, 7],
  [2, 5, 8],
  [0, 4, 8],
  [2, 4, 6],
]
class TicTacToe implements Game<TicTacToe> {
  readonly maxActions = 9
  board = new Int8Array(9)
  turn = 0
  moves = 0
  winner = -1
  clone(): TicTacToe {
    const g = new TicTacToe()
    g.copyFrom(this)
    return g
  }
  copyFrom(g: TicTacToe): void {
    this.board.set(g.board)
    this.turn = g.turn
    this.moves = g.moves
    this.winner = g.winner
  }
  player(): number {
    return this.turn
  }
  legal(out: Int32Array): number {
    let n = 0
    for (let i = 0; i < 9; i++) if (this.board[i] === 0) out[n++] = i
    return n
  }
  apply(a: number): void {
    this.board[a] = this.turn + 1
    this.moves++
    if (lines.some(l => l.includes(a) && l.every(i => this.board[i] === this.turn + 1))) this.winner = this.turn
    this.turn = 1 - this.turn
  }
  over(): boolean {
    return this.winner >= 0 || this.moves === 9
  }
  value(player: number): number {
    return this.winner < 0 ? 0.5 : this.winner === player ? 1 : 0
  }
  playout(random: (n: number) => number): number {
    while (!this.over()) {
      let a = random(9)
      while (this.board[a] !== 0) a = random(9)
      this.apply(a)
    }
    return this.value(0)
  }
}
const played = (...moves: number[]): TicTacToe => {
  const g = new TicTacToe()
  for (const m of moves) g.apply(m)
  return g
}
/** Exact value for player 0. */
function solve(g: TicTacToe): number {
  if (g.over()) return g.value(0)
  const out = new Int32Array(9)
  const values = Array.from(out.subarray(0, g.legal(out)), a => {
    const h = g.clone()
    h.apply(a)
    return solve(h)
  })
  return g.player() === 0 ? Math.max(...values) : Math.min(...values)
}

describe('tic-tac-toe', () => {
  test('perfect play against itself is a draw, with either playout', () => {
    for (const playout of ['random', 'own'] as const)
      for (let seed = 0; seed < 4; seed++) {
        const g = new TicTacToe()
        while (!g.over()) g.apply(gameUct(g, { simulations: 2500, seed: seed * 100 + g.moves, playout }).action)
        expect(g.winner).toBe(-1)
      }
  })
  test('takes a win and blocks a loss', () => {
    // X at 0 and 1, O at 3 and 4: X wins at 2. After X at 8 it would be O's win at 5.
    const g = played(0, 3, 1, 4)
    const { action, values } = gameUct(g, { simulations: 500 })
    expect(action).toBe(2)
    expect(values[2]).toBe(1)
    expect(gameUct(played(0, 4, 1), { simulations: 500 }).action).toBe(2)
  })
  test('forces a win by a double threat', () => {
    // X holds two opposite corners, O one side and the centre is free of X: whatever O does, X makes two threats.
    const g = played(0, 1, 6)
    g.apply(3)
    expect(solve(g)).toBe(1)
    const won = g.clone()
    won.apply(gameUct(g, { simulations: 3000 }).action)
    expect(solve(won)).toBe(1)
  })
  test('finds an optimal move in every kind of position', () => {
    const rng = new AddressedRandom(1, 0, 0, 'positions')
    const legal = new Int32Array(9)
    for (let i = 0; i < 60; i++) {
      const g = new TicTacToe()
      for (let m = rng.int(7); m > 0 && !g.over(); m--) g.apply(legal[rng.int(g.legal(legal))])
      if (g.over()) continue
      const h = g.clone()
      h.apply(gameUct(g, { simulations: 4000, seed: i }).action)
      expect(solve(h)).toBe(solve(g))
    }
  })
})

/** A game read off a hash of its history: any number of players, any branching, any results; and its playouts are its own. */
class Hashed implements Game<Hashed> {
  readonly maxActions = 5
  history = ''
  readonly seed: number
  constructor(seed: number) {
    this.seed = seed
  }
  #hash(what: string): number {
    return hashText(`${this.seed} ${this.history} ${what}`)
  }
  clone(): Hashed {
    const g = new Hashed(this.seed)
    g.copyFrom(this)
    return g
  }
  copyFrom(g: Hashed): void {
    this.history = g.history
  }
  player(): number {
    return this.#hash('player') % 3
  }
  actions(): number[] {
    return [0, 1, 2, 3, 4].filter(a => a === this.#hash('sure') % 5 || this.#hash(`legal ${a}`) % 2 === 0)
  }
  legal(out: Int32Array): number {
    const actions = this.actions()
    out.set(actions)
    return actions.length
  }
  apply(a: number): void {
    this.history += a
  }
  over(): boolean {
    return this.history.length >= 7 || (this.history.length > 1 && this.#hash('over') % 5 === 0)
  }
  value(player: number): number {
    return (this.#hash(`value ${player}`) % 1000) / 1000
  }
  playout(): number {
    while (!this.over()) this.apply(this.actions()[0])
    return this.value(0)
  }
}
interface Node {
  n: number
  w: number
  action: number
  mover: number
  kids: Node[]
}
/** UCT as one would write it first: objects, and a recursion. */
function naive(root: Hashed, simulations: number, c: number): Node {
  const top: Node = { n: 0, w: 0, action: -1, mover: root.player(), kids: [] }
  const visit = (node: Node, g: Hashed, chooser: number): void => {
    if (node.kids.length === 0 && (node.n > 0 || node === top) && !g.over())
      node.kids = g.actions().map(action => ({ n: 0, w: 0, action, mover: -1, kids: [] }))
    if (node.kids.length > 0) {
      node.mover = g.player()
      const score = (k: Node) => (k.n === 0 ? Infinity : k.w / k.n + c * Math.sqrt(Math.log(node.n) / k.n))
      const kid = node.kids.reduce((a, b) => (score(b) > score(a) ? b : a))
      g.apply(kid.action)
      visit(kid, g, node.mover)
    } else g.playout()
    node.n++
    node.w += g.value(chooser)
  }
  for (let i = 0; i < simulations; i++) visit(top, root.clone(), root.player())
  return top
}

describe('against a naive recursion', () => {
  test('the same tree, any number of players; room made ahead or not', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 300 }), fc.constantFrom(undefined, 2), (seed, simulations, reserve) => {
        const root = new Hashed(seed)
        const out = gameUct(root, { simulations, c: 0.7, playout: 'own', reserve })
        const t = out.tree
        const same = (e: EdgeId, node: Node): void => {
          expect(t.N[e]).toBe(node.n)
          expect(t.W[e]).toBeCloseTo(node.w, 9)
          const kids = t.edges(e)
          expect(kids.map(k => t.action(k))).toEqual(node.kids.map(k => k.action))
          kids.forEach((k, i) => {
            same(k, node.kids[i])
          })
        }
        const top = naive(root, simulations, 0.7)
        same(t.root, top)
        for (const k of top.kids) expect(out.visitCounts[k.action]).toBe(k.n)
      }),
      { numRuns: 60 },
    )
  })
})

describe('the tree', () => {
  test('is a whole FlatTree: links, depths, addresses, flags, Q', () => {
    const { tree: t } = gameUct(new TicTacToe(), { simulations: 400 })
    const plain = new FlatTree<undefined, number>(undefined, { outcome: () => null })
    const at = new Map<EdgeId, EdgeId>([[t.root, plain.root]])
    for (const e of t.walk()) {
      const p = t.parent(e)
      if (p === null) continue
      expect(t.depth(e)).toBe(t.depth(p) + 1)
      at.set(e, plain.edge(at.get(p)!, t.action(e), String(t.action(e)), { rank: t.rank[e] }))
      expect(t.key(e)).toBe(plain.key(at.get(e)!))
      expect(t.find(t.key(e))).toBe(e)
      expect(t.taken(e)).toBe(t.N[e] > 0)
      if (t.N[e] > 0) expect(t.Q[e]).toBe(t.W[e] / t.N[e])
      else expect(t.Q[e]).toBeNaN()
    }
    expect(plain.size).toBe(t.size)
    expect(t.N[t.root]).toBe(400)
    expect(t.children(t.root).reduce((s, n) => s + t.N[n], 0)).toBe(400)
    // It can go on to grow as any other.
    const more = t.edge(t.children(t.root)[0], 77, '77')
    expect(t.parent(more)).toBe(t.children(t.root)[0])
  })
  test("values and counts are those of the root's edges", () => {
    const { tree: t, visitCounts, values, action } = gameUct(played(4), { simulations: 300 })
    for (const e of t.edges(t.root)) expect([visitCounts[t.action(e)], values[t.action(e)]]).toEqual([t.N[e], t.Q[e]])
    expect(visitCounts[4]).toBe(0)
    expect(values[4]).toBeNaN()
    expect(visitCounts[action]).toBe(Math.max(...visitCounts))
  })
})

describe('randomness and ends', () => {
  test('the same seed and address, the same counts; others, others', () => {
    const run = (seed: number, address?: [number, number]) =>
      gameUct(new TicTacToe(), { simulations: 300, seed, address }).visitCounts.join()
    expect(run(1)).toBe(run(1))
    expect(new Set([run(1), run(2), run(1, [0, 1]), run(1, [1, 0])]).size).toBe(4)
  })
  test('a game that is over, and no simulation at all', () => {
    const over = played(0, 3, 1, 4, 2)
    expect(gameUct(over, { simulations: 10 })).toMatchObject({ action: -1, visitCounts: new Array(9).fill(0) })
    expect(gameUct(new TicTacToe(), { simulations: 0 })).toMatchObject({ action: -1 })
    expect(gameUct(over, { simulations: 10 }).tree.size).toBe(1)
  })
  test('a playout of its own must be there', () => {
    const g = new TicTacToe() as Game<TicTacToe>
    g.playout = undefined
    expect(() => gameUct(g as TicTacToe, { simulations: 1, playout: 'own' })).toThrow(/playout/)
  })
  test('games of 1,000 moves with one choice', () => {
    class Line implements Game<Line> {
      readonly maxActions = 1
      at = 0
      clone(): Line {
        return new Line()
      }
      copyFrom(g: Line): void {
        this.at = g.at
      }
      player(): number {
        return 0
      }
      legal(out: Int32Array): number {
        out[0] = 0
        return 1
      }
      apply(): void {
        this.at++
      }
      over(): boolean {
        return this.at === 1000
      }
      value(): number {
        return 1
      }
    }
    const { tree } = gameUct(new Line(), { simulations: 1100 })
    expect(tree.size).toBe(1001)
    expect(tree.N[1000 as EdgeId]).toBe(101)
  })
})

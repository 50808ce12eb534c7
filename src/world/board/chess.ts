// Chess by the rules of chess.js. Positions are FEN; moves are written in standard algebraic notation.
import { Chess as Board, type Color, type PieceSymbol, SQUARES } from 'chess.js'
import type { Random } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import type { Position, Rules } from './position.ts'

const worth: Record<PieceSymbol, number> = { p: 100, n: 320, b: 330, r: 500, q: 900, k: 0 }
const example = '6k1/5ppp/8/8/8/8/8/R3K3 w - - 0 1'

/**
 * A chess position. Actions number the legal moves in alphabetic order. Repetition is not known from a position, and does not end the game here; the
 * fifty-move rule, stalemate and bare kings do.
 */
export class Chess implements Position<Chess> {
  /** No position is known to have more legal moves. */
  readonly maxActions = 218
  #board: Board
  #moves: string[] | null = null
  constructor(board: Board = new Board()) {
    this.#board = board
  }
  clone(): Chess {
    return new Chess(new Board(this.#board.fen()))
  }
  copyFrom(g: Chess): void {
    this.#board = new Board(g.#board.fen())
    this.#moves = g.#moves
  }
  get #legal(): string[] {
    this.#moves ??= this.#board.moves().sort()
    return this.#moves
  }
  player(): number {
    return this.#board.turn() === 'w' ? 0 : 1
  }
  legal(out: Int32Array): number {
    const n = this.#legal.length
    for (let i = 0; i < n; i++) out[i] = i
    return n
  }
  apply(action: number): void {
    this.#board.move(this.#legal[action])
    this.#moves = null
  }
  over(): boolean {
    return this.#legal.length === 0 || this.#board.isInsufficientMaterial() || this.#board.isDrawByFiftyMoves()
  }
  value(player: number): number {
    return this.#legal.length > 0 || !this.#board.inCheck() ? 0.5 : this.player() === player ? 0 : 1
  }
  moveText(action: number): string {
    return this.#legal[action]
  }
  action(text: string): number | string {
    if (this.over()) return 'the game is over'
    const plain = (san: string): string =>
      san
        .replace(/[+#!?.]+$/g, '')
        .replace(/^0-0-0$/, 'O-O-O')
        .replace(/^0-0$/, 'O-O')
    const words = text.replace(/(?<![\w])\d+\.(\.\.)?/g, ' ').split(/[\s,;:()"'*]+/)
    for (const word of words) {
      const i = this.#legal.findIndex(m => plain(m) === plain(word))
      if (i >= 0) return i
      if (!/^[a-h][1-8][a-h][1-8][qrbn]?$/.test(word)) continue
      try {
        const { san } = new Board(this.#board.fen()).move({ from: word.slice(0, 2), to: word.slice(2, 4), promotion: word[4] })
        return this.#legal.indexOf(san)
      } catch {
        // Not legal here: another word may be.
      }
    }
    return `no legal move in "${text.trim().slice(0, 60)}"; legal are ${this.#legal.join(' ')}`
  }
  text(): string {
    return this.#board.fen()
  }
  picture(): string {
    return this.#board.ascii()
  }
  winsNow(): boolean {
    return this.#legal.some(m => m.endsWith('#'))
  }
  /** Material in centipawns, made a chance to win by the formula of arXiv:2412.12119 and others: 2 / (1 + exp(-0.00368208 cp)) - 1. */
  estimate(): number {
    let cp = 0
    for (const row of this.#board.board())
      for (const piece of row) if (piece) cp += piece.color === this.#board.turn() ? worth[piece.type] : -worth[piece.type]
    return 2 / (1 + Math.exp(-0.00368208 * cp)) - 1
  }
}

/** White with these beside the king; Black has a king and perhaps pawns. Mates in a few moves are common there, and quickly searched out. */
const armies: readonly (readonly PieceSymbol[])[] = [['q'], ['q', 'r'], ['r', 'r'], ['q', 'n'], ['r', 'b', 'n'], ['q', 'b']]

export const chess: Rules<Chess> = {
  id: 'chess',
  describe: 'Chess from any position (FEN): find the move; tasks by seed are mates in one or two',
  about: 'Chess. A move is written in standard algebraic notation, such as Nf3, exd5, O-O or e8=Q.',
  players: ['White', 'Black'],
  examples: [`${example} mate in 1`, '7k/8/5K2/8/8/8/8/6Q1 w - - 0 1 mate in 1', 'start'],
  example: { position: example, move: 'Ra8#' },
  read(text) {
    const t = text.trim()
    if (/^(start|-)$/i.test(t)) return new Chess()
    try {
      const fields = t.split(/\s+/)
      return new Chess(new Board(fields.length >= 4 ? [...fields, ...['0', '1'].slice(fields.length - 4)].join(' ') : t))
    } catch (e) {
      const why = (e as Error).message.replace(/^Invalid FEN: /, '')
      throw new Failure(
        'usage',
        `chess: expected a position as FEN, found "${t.slice(0, 120)}" (${why})`,
        `a position looks like "${example}"`,
        { cause: e },
      )
    }
  },
  position(random: Random) {
    for (;;) {
      const board = new Board()
      board.clear()
      const free = random.shuffle(SQUARES)
      const put = (type: PieceSymbol, color: Color): boolean => board.put({ type, color }, free.pop()!)
      const inner = (type: PieceSymbol, color: Color): void => {
        if (type === 'p' && !/[2-7]/.test(free.at(-1)![1])) free.unshift(free.pop()!)
        else put(type, color)
      }
      put('k', 'w')
      put('k', 'b')
      for (const type of random.pick(armies)) put(type, 'w')
      for (let i = random.int(3); i > 0; i--) inner('p', 'b')
      try {
        const g = new Board(board.fen())
        g.setTurn('b')
        // White is to move: Black's king must not stand in check already.
        if (g.inCheck()) continue
      } catch {
        continue
      }
      const g = new Chess(new Board(board.fen()))
      if (!g.over()) return g
    }
  },
  horizon: () => 3,
  wins: { most: 2, usual: 2 },
}

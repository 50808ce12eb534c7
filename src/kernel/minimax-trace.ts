// A game search written down by breadth and depth, as a model can be taught to write it before its move; read back, and checked.
import type { NodeId, Tree } from '../contract/index.ts'
import { seenFromRoot } from './most-visited.ts'
import { top } from './rank.ts'

/** A position of the search. Values lie in [-1, 1], seen by the player to move at the root. */
export interface SearchedPosition {
  /** Into this position; empty at the root. */
  readonly move: string
  /** What it was judged to be worth before anything below was looked at. */
  readonly value: number
  /** Minimax of what is below; of a leaf its value. */
  readonly backed: number
  readonly below: readonly SearchedPosition[]
}
/** A whole search: its shape, what was found, and what follows from it. */
export interface MinimaxTrace {
  readonly breadth: number
  readonly depth: number
  readonly root: SearchedPosition
  readonly best: string
}
/** Values are written in so many steps from -1 to 1: 64, as in arXiv:2412.12119, where each is a token. */
export const valueSteps = 64
/** The step that a value falls into, 0 to 63. */
export const bucketOf = (value: number): number => Math.max(0, Math.min(valueSteps - 1, Math.floor(((value + 1) / 2) * valueSteps)))
/** The middle of a step, as a value. */
export const bucketValue = (bucket: number): number => (2 * (bucket + 0.5)) / valueSteps - 1

/**
 * What a search tree says, cut to a shape: at each position the `breadth` children of greatest worth to the one who chooses, `depth` moves down. A position
 * is worth its reward, else its value; where neither is known it is left out.
 * @returns null where nothing is known below the root
 */
export function minimaxTrace(
  t: Tree<any, any, any>,
  o: { breadth: number; depth: number; show(move: any, n: NodeId): string },
): MinimaxTrace | null {
  const worth = (n: NodeId): number => bucketValue(bucketOf(seenFromRoot(t, n, Number.isNaN(t.R[n]) ? t.V[n] : t.R[n])))
  const known = (n: NodeId): boolean => !Number.isNaN(t.R[n]) || !Number.isNaN(t.V[n])
  const node = (n: NodeId, left: number): SearchedPosition => {
    const mine = t.player(n) === t.player(t.root)
    const kept = left === 0 || t.is(n, 'end') ? [] : top(t.children(n).filter(known), o.breadth, c => (mine ? worth(c) : -worth(c)))
    const below = kept.map(c => node(c, left - 1))
    const value = known(n) ? worth(n) : Number.NaN
    return { move: n === t.root ? '' : o.show(t.action(n), t.parent(n)!), value, backed: backedUp(value, below, mine), below }
  }
  const root = node(t.root, o.depth)
  const best = root.below.find(c => c.backed === root.backed)
  return best === undefined ? null : { breadth: o.breadth, depth: o.depth, root, best: best.move }
}
const backedUp = (value: number, below: readonly SearchedPosition[], mine: boolean): number =>
  below.length === 0 ? value : (mine ? Math.max : Math.min)(...below.map(c => c.backed))

/**
 * Depth first: for each position its moves with their values, then each of them in turn, then what it is worth by them; at the end the move. Moves are
 * words without spaces.
 *
 *     search 2 1
 *     : e4 40, d4 38
 *     = 40
 *     best e4
 */
export function writeMinimax(trace: MinimaxTrace): string {
  const lines = [`search ${trace.breadth} ${trace.depth}`]
  const write = (n: SearchedPosition, way: readonly string[]): void => {
    if (n.below.length === 0) return
    lines.push([...way, ':', n.below.map(c => `${c.move} ${bucketOf(c.value)}`).join(', ')].join(' '))
    for (const c of n.below) write(c, [...way, c.move])
    lines.push([...way, '=', bucketOf(n.backed)].join(' '))
  }
  write(trace.root, [])
  lines.push(`best ${trace.best}`)
  return lines.join('\n')
}

/** Reads a written search back. @returns what is wrong with its form, in a line, where it is none; whether it is right is for `checkMinimax` */
export function readMinimax(text: string): MinimaxTrace | string {
  const lines = text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
  const head = /^search (\d+) (\d+)$/.exec(lines[0] ?? '')
  if (head === null) return `expected "search BREADTH DEPTH" first, found "${(lines[0] ?? '').slice(0, 60)}"`
  const end = /^best (\S+)$/.exec(lines.at(-1)!)
  if (end === null) return `expected "best MOVE" at the end, found "${lines.at(-1)!.slice(0, 60)}"`
  interface Open {
    move: string
    value: number
    backed: number
    below: Open[]
  }
  const open = (move: string, value: number): Open => ({ move, value, backed: value, below: [] })
  const root = open('', Number.NaN)
  const at = (way: readonly string[]): Open | undefined => way.reduce<Open | undefined>((n, m) => n?.below.find(c => c.move === m), root)
  for (const line of lines.slice(1, -1)) {
    const words = line.split(' ')
    const mark = words.findIndex(w => w === ':' || w === '=')
    const n = mark < 0 ? undefined : at(words.slice(0, mark))
    if (n === undefined) return `no position of this search in "${line.slice(0, 60)}"`
    const rest = words.slice(mark + 1).join(' ')
    if (words[mark] === '=') {
      const backed = number(rest)
      if (backed === null) return `expected a value of 0 to ${valueSteps - 1} in "${line.slice(0, 60)}"`
      n.backed = bucketValue(backed)
      continue
    }
    if (n.below.length > 0) return `a position is looked at twice in "${line.slice(0, 60)}"`
    for (const part of rest.split(', ')) {
      const [, move, value] = /^(\S+) (\d+)$/.exec(part) ?? []
      const bucket = number(value ?? '')
      if (move === undefined || bucket === null)
        return `expected a move and a value of 0 to ${valueSteps - 1}, found "${part.slice(0, 60)}"`
      n.below.push(open(move, bucketValue(bucket)))
    }
  }
  return { breadth: Number(head[1]), depth: Number(head[2]), root, best: end[1] }
}
const number = (text: string): number | null => (/^\d+$/.test(text) && Number(text) < valueSteps ? Number(text) : null)

/**
 * Is a search what it says it is? Its shape: no position has more moves than the breadth, none lies deeper than the depth, no move twice at a position.
 * Its moves: legal where `legal` knows them. Its sums: what is backed up is the minimax of what is below, and the move at the end is a best one.
 * @param o.legal the moves after a way from the root; null: the game is over there @returns what is wrong, a line each; none: the search is right
 */
export function checkMinimax(trace: MinimaxTrace, o: { legal?(way: readonly string[]): readonly string[] | null } = {}): string[] {
  const wrong: string[] = []
  const check = (n: SearchedPosition, way: readonly string[]): void => {
    if (n.below.length === 0) return
    const where = way.length === 0 ? 'the root' : way.join(' ')
    if (way.length >= trace.depth) wrong.push(`${where} lies deeper than ${trace.depth}`)
    if (n.below.length > trace.breadth) wrong.push(`${where} has ${n.below.length} moves, more than ${trace.breadth}`)
    const moves = n.below.map(c => c.move)
    if (new Set(moves).size < moves.length) wrong.push(`${where} has a move twice`)
    const legal = o.legal === undefined ? moves : (o.legal(way) ?? [])
    for (const m of moves) if (!legal.includes(m)) wrong.push(`${m} is not legal after ${where}`)
    for (const c of n.below) check(c, [...way, c.move])
    const right = backedUp(n.value, n.below, way.length % 2 === 0)
    if (bucketOf(right) !== bucketOf(n.backed)) wrong.push(`${where} is worth ${bucketOf(right)}, not ${bucketOf(n.backed)}`)
  }
  check(trace.root, [])
  if (trace.root.below.length === 0) wrong.push('nothing was looked at')
  const chosen = trace.root.below.find(c => c.move === trace.best)
  if (chosen === undefined) wrong.push(`${trace.best} was not looked at`)
  else if (chosen.backed < trace.root.backed) wrong.push(`${trace.best} is not the best move`)
  return wrong
}

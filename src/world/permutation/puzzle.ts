// Puzzles whose places are arrangements and whose moves rearrange them; and macros, which are products of moves.

/** A puzzle by its base moves. `apply` gives null where a move cannot be made. */
export interface Puzzle {
  readonly name: string
  readonly goal: readonly number[]
  readonly base: readonly string[]
  apply(s: readonly number[], move: number): readonly number[] | null
  /** Undoes a base move. */
  readonly inverse: readonly number[]
  /** Base moves to the goal, never too many. */
  estimate(s: readonly number[]): number
  /** How many places there are; where they are few, the distance of each is known. */
  readonly states: number
  /** A number below `span` for each place, its own. */
  index(s: readonly number[]): number
  readonly span: number
  /** Where a place's index is a * factor + b, and moves act on a and b apart: then the table is made from two small ones. */
  readonly factor?: number
}

/** A macro: base moves in a row, and what they cost. */
export interface Macro {
  readonly moves: readonly number[]
  readonly text: string
}

const made = new Map<string, readonly Macro[]>()
/**
 * The first `count` products of base moves that do different things, shorter ones first: the base moves themselves, then products of two, and so on.
 * What a product does is tried from the goal and from two places off it, so that moves that are not always possible are told apart, too.
 */
export function macros(p: Puzzle, count: number): readonly Macro[] {
  const key = `${p.name} ${count}`
  const known = made.get(key)
  if (known !== undefined) return known
  const probes = [p.goal, ...p.base.map((_, m) => p.apply(p.goal, m)).filter(s => s !== null)]
  const effect = (moves: readonly number[]): string => probes.map(s => run(p, s, moves)?.join() ?? '-').join('|')
  const out: Macro[] = []
  const seen = new Set([effect([])])
  let level: (readonly number[])[] = [[]]
  while (out.length < count && level.length > 0) {
    const next: (readonly number[])[] = []
    for (const before of level)
      for (let m = 0; m < p.base.length && out.length < count; m++) {
        if (before.length > 0 && m === p.inverse[before[before.length - 1]]) continue
        const moves = [...before, m]
        const does = effect(moves)
        if (seen.has(does) || /^[-|]+$/.test(does)) continue
        seen.add(does)
        next.push(moves)
        out.push({ moves, text: moves.map(i => p.base[i]).join(' ') })
      }
    level = next
  }
  made.set(key, out)
  return out
}

/** The place after base moves in a row; null where one of them cannot be made. */
export function run(p: Puzzle, s: readonly number[], moves: readonly number[]): readonly number[] | null {
  let at: readonly number[] | null = s
  for (const m of moves) {
    if (at === null) return null
    at = p.apply(at, m)
  }
  return at
}

/** Puzzles of more places than this have no table, unless their index has two factors. */
const mostTabled = 200_000
/** Is the distance from every place known? */
export const tabled = (p: Puzzle): boolean => p.factor !== undefined || p.states <= mostTabled
const unreached = 255
const tables = new Map<string, Uint8Array>()

/** Base moves to the goal from each place, by its index; 255: it cannot be reached. Breadth first from the goal, by the moves' inverses. */
export function table(p: Puzzle): Uint8Array {
  let out = tables.get(p.name)
  if (out === undefined) tables.set(p.name, (out = p.factor === undefined ? wholeTable(p) : factoredTable(p, p.factor)))
  return out
}
function wholeTable(p: Puzzle): Uint8Array {
  const out = new Uint8Array(p.span).fill(unreached)
  out[p.index(p.goal)] = 0
  let level: (readonly number[])[] = [p.goal]
  for (let d = 1; level.length > 0; d++) {
    const next: (readonly number[])[] = []
    for (const s of level)
      for (const m of p.inverse) {
        const to = p.apply(s, m)
        if (to === null) continue
        const i = p.index(to)
        if (out[i] !== unreached) continue
        out[i] = d
        next.push(to)
      }
    level = next
  }
  return out
}
function factoredTable(p: Puzzle, factor: number): Uint8Array {
  /** Where each move takes one part of the index, from one place for each of its values. */
  const part = (of: (index: number) => number, size: number): Int32Array => {
    const out = new Int32Array(size * p.base.length)
    const seen = new Set([of(p.index(p.goal))])
    const queue = [p.goal]
    for (let s = queue.pop(); s !== undefined; s = queue.pop()) {
      const from = of(p.index(s))
      p.inverse.forEach((m, k) => {
        const to = p.apply(s, m)!
        const x = of(p.index(to))
        out[from * p.base.length + k] = x
        if (!seen.has(x)) queue.push(to)
        seen.add(x)
      })
    }
    return out
  }
  const width = p.base.length
  const high = part(i => Math.floor(i / factor), p.span / factor)
  const low = part(i => i % factor, factor)
  const out = new Uint8Array(p.span).fill(unreached)
  const start = p.index(p.goal)
  out[start] = 0
  let level = [start]
  for (let d = 1; level.length > 0; d++) {
    const next: number[] = []
    for (const i of level) {
      const a = Math.floor(i / factor) * width
      const b = (i % factor) * width
      for (let k = 0; k < width; k++) {
        const to = high[a + k] * factor + low[b + k]
        if (out[to] !== unreached) continue
        out[to] = d
        next.push(to)
      }
    }
    level = next
  }
  return out
}

/** Rank of a permutation of 0 .. n-1 among all n!, in lexicographic order. */
export function permutationIndex(s: readonly number[]): number {
  const n = s.length
  let out = 0
  for (let i = 0; i < n; i++) {
    let smaller = 0
    for (let j = i + 1; j < n; j++) if (s[j] < s[i]) smaller++
    out = out * (n - i) + smaller
  }
  return out
}
export const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1))

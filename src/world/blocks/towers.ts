// Towers as values, and the shortest way between them.

/** on[i]: what block i stands on, another block's number or `table`; `held`: in the hand. */
export const table = -1
export const inHand = -2

export interface Fact {
  readonly block: number
  /** A block's number or `table`. */
  readonly on: number
}
export interface Blocks {
  readonly names: readonly string[]
  readonly on: readonly number[]
  readonly goal: readonly Fact[]
}
export const holding = (on: readonly number[]): number => on.indexOf(inHand)
export const clear = (on: readonly number[], block: number): boolean => on[block] !== inHand && !on.includes(block)
export const holds = (b: Pick<Blocks, 'on' | 'goal'>): boolean => b.goal.every(f => b.on[f.block] === f.on)

/** A move: what block is moved, and what it is put on; `inHand`: it is taken up. */
export interface Deed {
  readonly block: number
  readonly to: number
}
/** Legal deeds: with an empty hand each clear block can be taken, else the one held can be put down or on a clear block. */
export function deeds(on: readonly number[]): Deed[] {
  const held = holding(on)
  const out: Deed[] = []
  if (held < 0) {
    for (let i = 0; i < on.length; i++) if (clear(on, i)) out.push({ block: i, to: inHand })
  } else {
    out.push({ block: held, to: table })
    for (let i = 0; i < on.length; i++) if (i !== held && clear(on, i)) out.push({ block: held, to: i })
  }
  return out
}
export const done = (on: readonly number[], d: Deed): number[] => on.map((x, i) => (i === d.block ? d.to : x))

/** Towers from the table up, in the order of their lowest blocks. */
export function towersOf(on: readonly number[]): number[][] {
  return on.flatMap((below, i) => {
    if (below !== table) return []
    const tower = [i]
    for (let up = on.indexOf(i); up >= 0; up = on.indexOf(up)) tower.push(up)
    return [tower]
  })
}

const known = new Map<string, number>()
const mostKnown = 100_000
/** Blocks up to which the shortest way is searched out whole; beyond that there is the lower bound. */
export const mostExact = 7

/**
 * Fewest moves that no plan can do without: each block that stands neither where the goal wants it nor on something that may stay must be taken up and
 * put somewhere, two moves; one in the hand needs one.
 */
export function bound(b: Pick<Blocks, 'on' | 'goal'>): number {
  const want = new Map(b.goal.map(f => [f.block, f.on]))
  const wrong = (i: number): boolean => {
    for (let x = i; x >= 0; x = b.on[x]) {
      const w = want.get(x)
      if (w !== undefined && w !== b.on[x]) return true
    }
    return false
  }
  let sum = 0
  for (let i = 0; i < b.on.length; i++) if (b.on[i] !== inHand && wrong(i) && want.has(i)) sum += 2
  const held = holding(b.on)
  return sum + (held >= 0 && want.has(held) ? 1 : 0)
}

/** Moves of the shortest plan; breadth first up to `mostExact` blocks, else `bound`. Infinity: there is none. */
export function distance(b: Pick<Blocks, 'on' | 'goal'>): number {
  if (holds(b)) return 0
  if (b.on.length > mostExact) return Math.max(1, bound(b))
  const goal = b.goal.map(f => `${f.block}>${f.on}`).join()
  const key = `${goal} ${b.on.join()}`
  const found = known.get(key)
  if (found !== undefined) return found
  const seen = new Set([b.on.join()])
  let level: (readonly number[])[] = [b.on]
  let out = Number.POSITIVE_INFINITY
  for (let d = 1; level.length > 0 && out === Number.POSITIVE_INFINITY; d++) {
    const next: (readonly number[])[] = []
    for (const on of level)
      for (const deed of deeds(on)) {
        const to = done(on, deed)
        const k = to.join()
        if (seen.has(k)) continue
        seen.add(k)
        if (holds({ on: to, goal: b.goal })) out = Math.min(out, d)
        next.push(to)
      }
    level = next
  }
  if (known.size >= mostKnown) known.clear()
  known.set(key, out)
  return out
}

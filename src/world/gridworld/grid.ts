// The rules: a map of walls, keys, locked doors and lava; moves; and the shortest way to the goal.

export const moves = ['north', 'east', 'south', 'west', 'take', 'open'] as const
/** A step on the map, taking the key one stands on, or opening the doors beside one for which one carries the key. */
export type Move = (typeof moves)[number]

/** A map. Cells row by row: `#` wall, `.` floor, `~` lava, `G` goal, `a` to `f` keys, `A` to `F` the doors that they open. */
export interface Grid {
  readonly width: number
  readonly cells: string
  readonly start: number
  /** Moves allowed in all. */
  readonly steps: number
}
/** Where one stands, the keys taken and the doors opened (a bit each, `a` the lowest), the moves left, and those made (their first letters). */
export interface State {
  readonly grid: Grid
  readonly at: number
  readonly keys: number
  readonly open: number
  readonly left: number
  readonly path: string
}
/** What the rules need of a state. */
export type Stand = Pick<State, 'at' | 'keys' | 'open'>

export const begin = (grid: Grid): State => ({ grid, at: grid.start, keys: 0, open: 0, left: grid.steps, path: '' })

/** What lies on a cell now: taken keys and opened doors are floor. Beyond the map is wall. */
export function cell(g: Grid, at: number, s: Pick<Stand, 'keys' | 'open'>): string {
  const c = g.cells[at] ?? '#'
  const key = 'abcdef'.indexOf(c)
  if (key >= 0) return s.keys & (1 << key) ? '.' : c
  const door = 'ABCDEF'.indexOf(c)
  return door >= 0 && s.open & (1 << door) ? '.' : c
}
const isDoor = (c: string): boolean => c >= 'A' && c <= 'F'

/** The cell in a direction; -1: beyond the map. */
function beside(g: Grid, at: number, m: Move): number {
  const x = at % g.width
  if (m === 'north') return at - g.width
  if (m === 'south') return at + g.width < g.cells.length ? at + g.width : -1
  if (m === 'east') return x + 1 < g.width ? at + 1 : -1
  return x > 0 ? at - 1 : -1
}
const directions = ['north', 'east', 'south', 'west'] as const

/** Where a move leads, or why it cannot be made. Counts no moves. */
export function moved(g: Grid, s: Stand, m: Move): Stand | string {
  if (m === 'take') {
    const key = 'abcdef'.indexOf(cell(g, s.at, s))
    return key < 0 ? 'there is no key here' : { at: s.at, keys: s.keys | (1 << key), open: s.open }
  }
  if (m === 'open') {
    let open = s.open
    let door = ''
    for (const d of directions) {
      const c = cell(g, beside(g, s.at, d), s)
      if (!isDoor(c)) continue
      door = c
      const i = 'ABCDEF'.indexOf(c)
      if (s.keys & (1 << i)) open |= 1 << i
    }
    if (open !== s.open) return { at: s.at, keys: s.keys, open }
    return door === '' ? 'there is no locked door beside you' : `door ${door} needs key ${door.toLowerCase()}`
  }
  const to = beside(g, s.at, m)
  const c = cell(g, to, s)
  if (c === '#') return `there is a wall to the ${m}`
  if (isDoor(c)) return `door ${c} to the ${m} is locked`
  return { at: to, keys: s.keys, open: s.open }
}

/** `goal`: reached; `lava`, `late`: over without it; null: it goes on. */
export function ended(s: State): 'goal' | 'lava' | 'late' | null {
  const c = s.grid.cells[s.at]
  return c === 'G' ? 'goal' : c === '~' ? 'lava' : s.left <= 0 ? 'late' : null
}

/** The state after a move, or why it cannot be made. */
export function step(s: State, m: Move): State | string {
  const over = ended(s)
  if (over !== null) return over === 'goal' ? 'the goal is reached' : over === 'lava' ? 'you are in the lava' : 'no moves are left'
  const to = moved(s.grid, s, m)
  return typeof to === 'string' ? to : { grid: s.grid, ...to, left: s.left - 1, path: s.path + m[0] }
}

/** All moves that can be made. */
export const legal = (s: State): Move[] => (ended(s) !== null ? [] : moves.filter(m => typeof moved(s.grid, s, m) !== 'string'))

/** The moves behind the letters of a path. */
export const spelled = (path: string): Move[] => [...path].map(c => moves.find(m => m[0] === c)!)

const tables = new WeakMap<Grid, Map<number, number>>()
const codeOf = (s: Stand): number => (s.at * 64 + s.keys) * 64 + s.open

/**
 * Fewest moves to the goal, whatever is left; Infinity: it cannot be reached. Breadth-first over places, keys and doors, once for all places that can
 * be reached from the first one asked about: cells times 4 to the number of keys at most.
 */
export function distance(g: Grid, s: Stand): number {
  let table = tables.get(g)
  if (table === undefined) tables.set(g, (table = new Map()))
  if (!table.has(codeOf(s))) explore(g, s, table)
  return table.get(codeOf(s))!
}

function explore(g: Grid, from: Stand, table: Map<number, number>): void {
  const found = new Map<number, { back: number[] }>([[codeOf(from), { back: [] }]])
  const queue: Stand[] = [from]
  let wave: number[] = []
  for (let i = 0; i < queue.length; i++) {
    const s = queue[i]
    const code = codeOf(s)
    const c = g.cells[s.at]
    if (c === 'G') wave.push(code)
    if (c === 'G' || c === '~') continue
    for (const m of moves) {
      const to = moved(g, s, m)
      if (typeof to === 'string') continue
      const next = codeOf(to)
      let known = found.get(next)
      if (known === undefined) {
        found.set(next, (known = { back: [] }))
        queue.push(to)
      }
      known.back.push(code)
    }
  }
  const known = new Map<number, number>()
  for (let d = 0; wave.length > 0; d++) {
    for (const code of wave) known.set(code, d)
    wave = [...new Set(wave.flatMap(code => found.get(code)!.back))].filter(code => !known.has(code))
  }
  for (const code of found.keys()) table.set(code, known.get(code) ?? Number.POSITIVE_INFINITY)
}

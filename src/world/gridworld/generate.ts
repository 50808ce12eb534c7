// Rooms in a grid, joined like a maze; doors on the way to the goal, and their keys before them.
import type { Random } from '../../contract/index.ts'
import { chain } from '../../kernel/hash.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import type { Setting, Settings } from '../settings.ts'
import { distance, type Grid } from './grid.ts'

/** What a map is made from. `slack`: moves allowed, as a multiple of the fewest that do. */
export const made = {
  rooms: { default: 4, min: 1, max: 36 },
  size: { default: 3, min: 1, max: 12 },
  doors: { default: 1, min: 0, max: 6 },
  lava: { default: 0, min: 0, max: 60 },
  deceptive: { default: 0, min: 0, max: 1 },
  slack: { default: 2, min: 1, max: 100, real: true },
  seed: { default: 0, min: 0, max: 2 ** 31 - 1 },
} as const satisfies Record<string, Setting>
export type Made = Settings<keyof typeof made>

interface Rooms {
  readonly across: number
  readonly count: number
}
/** Rooms that share a wall with a room. */
const besides = ({ across, count }: Rooms, r: number): number[] =>
  [
    ...(r % across > 0 ? [r - 1] : []),
    ...(r % across < across - 1 ? [r + 1] : []),
    ...(r >= across ? [r - across] : []),
    r + across,
  ].filter(x => x < count)

/** A maze over the rooms: the room from which each is entered; -1 at the start. Long corridors rather than stars: it goes on until it is stuck. */
function maze(rooms: Rooms, start: number, random: Random): number[] {
  const from = new Array<number>(rooms.count).fill(-2)
  from[start] = -1
  const stack = [start]
  while (stack.length > 0) {
    const r = stack[stack.length - 1]
    const fresh = besides(rooms, r).filter(x => from[x] === -2)
    if (fresh.length === 0) {
      stack.pop()
      continue
    }
    const next = random.pick(fresh)
    from[next] = r
    stack.push(next)
  }
  return from
}
const wayTo = (from: readonly number[], room: number): number[] => (room < 0 ? [] : [...wayTo(from, from[room]), room])

/**
 * A map that can be solved, a function of its settings alone. The goal lies in the room farthest from the start; `deceptive`: in a room right behind a
 * wall of the first one, as far as may be on foot, and keys as far as may be from their doors. There are at most as many doors as the way has
 * openings, and at most as much lava as leaves a way.
 */
export function generate(m: Made): { map: string[]; fewest: number } {
  const { hi, lo } = chain(0, 0, `${m.rooms} ${m.size} ${m.doors} ${m.lava} ${m.deceptive}`)
  const random = new AddressedRandom(m.seed, hi, lo, 'gridworld')
  const across = Math.ceil(Math.sqrt(m.rooms))
  const rooms: Rooms = { across, count: m.rooms }
  const start = random.int(m.rooms)
  const from = maze(rooms, start, random)
  const far = (r: number): number => wayTo(from, r).length
  const near = besides(rooms, start).filter(r => far(r) > 2)
  const pool = m.deceptive === 1 && near.length > 0 ? near : Array.from({ length: m.rooms }, (_, r) => r)
  const farthest = Math.max(...pool.map(far))
  const goal = random.pick(pool.filter(r => far(r) === farthest))

  const pitch = m.size + 1
  const width = across * pitch + 1
  const height = Math.ceil(m.rooms / across) * pitch + 1
  const cells = new Array<string>(width * height).fill('#')
  const left = (r: number): number => (r % across) * pitch + 1
  const top = (r: number): number => Math.floor(r / across) * pitch + 1
  const inside = (r: number): number[] =>
    Array.from({ length: m.size ** 2 }, (_, i) => (top(r) + Math.floor(i / m.size)) * width + left(r) + (i % m.size))
  for (let r = 0; r < m.rooms; r++) for (const i of inside(r)) cells[i] = '.'
  /** The wall between two rooms, at a place of its own. */
  const opening = (a: number, b: number): number => {
    const [p, q] = a < b ? [a, b] : [b, a]
    const at = random.int(m.size)
    return q === p + 1 ? (top(p) + at) * width + left(q) - 1 : (top(q) - 1) * width + left(p) + at
  }
  const way = wayTo(from, goal)
  const gates = new Map<number, number>()
  for (let r = 0; r < m.rooms; r++) {
    if (from[r] < 0) continue
    const i = opening(from[r], r)
    cells[i] = '.'
    gates.set(r, i)
  }
  const free = (r: number): number => random.pick(inside(r).filter(i => cells[i] === '.'))
  const startCell = free(start)
  cells[startCell] = '@'
  const spare = inside(goal).filter(i => cells[i] === '.')
  const goalCell = spare.length > 0 ? random.pick(spare) : -1
  if (goalCell >= 0) cells[goalCell] = 'G'
  else cells[gates.get(goal) ?? inside(start).find(i => cells[i] !== '@') ?? 0] = 'G'

  // Doors on openings of the way, the first of them nearest to the start; each key somewhere before its door.
  const locked = random
    .shuffle(way.slice(1).filter(r => cells[gates.get(r)!] === '.'))
    .slice(0, m.doors)
    .sort((a, b) => far(a) - far(b))
  for (const [i, r] of locked.entries()) {
    cells[gates.get(r)!] = 'ABCDEF'[i]
    const before = Array.from({ length: m.rooms }, (_, x) => x).filter(
      x => !locked.slice(i).some(d => wayTo(from, x).includes(d)) && inside(x).some(c => cells[c] === '.'),
    )
    if (before.length === 0) {
      cells[gates.get(r)!] = '.'
      continue
    }
    const apart = (x: number): number => {
      const [p, q] = [wayTo(from, x), wayTo(from, r)]
      let common = 0
      while (common < p.length && p[common] === q[common]) common++
      return p.length + q.length - 2 * common
    }
    const most = Math.max(...before.map(apart))
    const room = random.pick(m.deceptive === 1 ? before.filter(x => apart(x) === most) : before)
    cells[free(room)] = 'abcdef'[i]
  }
  const gridOf = (): Grid => ({ width, cells: cells.join('').replace('@', '.'), start: startCell, steps: 1 })
  const fewest = (): number => distance(gridOf(), { at: startCell, keys: 0, open: 0 })
  const floor = random.shuffle(cells.flatMap((c, i) => (c === '.' ? [i] : [])))
  for (let n = 0; n < m.lava && floor.length > 0; ) {
    const i = floor.pop()!
    cells[i] = '~'
    if (Number.isFinite(fewest())) n++
    else cells[i] = '.'
  }
  const map = Array.from({ length: height }, (_, y) => cells.slice(y * width, (y + 1) * width).join(''))
  return { map, fewest: fewest() }
}

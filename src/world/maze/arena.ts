// The floor plans: walls, where the robot starts, where it is rewarded.
import { AddressedRandom } from '../../kernel/random.ts'

export interface Point {
  readonly x: number
  readonly y: number
}
export type Wall = readonly [x1: number, y1: number, x2: number, y2: number]
/** Rewarded inside a disc only: 0 at its rim, `worth` at its middle. */
export interface Region extends Point {
  readonly radius: number
  readonly worth: number
}
export interface Arena {
  readonly walls: readonly Wall[]
  readonly start: Point & { readonly heading: number }
  readonly regions: readonly Region[]
  /** Rewarded everywhere by nearness to the first region, walls or not: a gradient that leads into the dead end. */
  readonly graded: boolean
}

export const kinds = ['regions', 'deceptive'] as const
export interface MazeTask {
  readonly kind: (typeof kinds)[number]
  /** Moves the walls and mirrors the plan; 0: the plain plan. */
  readonly seed: number
}

const box: readonly Wall[] = [
  [0, 0, 1, 0],
  [1, 0, 1, 1],
  [1, 1, 0, 1],
  [0, 1, 0, 0],
]

/**
 * `regions`: two chambers, far apart, each with a rewarded disc; nothing is rewarded between them. The nearer disc is worth 0.6 at its middle, the farther
 * one 1. `deceptive`: the goal lies behind a dead end that opens towards the start.
 */
export function arena({ kind, seed }: MazeTask): Arena {
  const r = new AddressedRandom(seed, 0, 0, `maze ${kind}`)
  const move = (x: number): number => x + (seed === 0 ? 0 : (r.next() - 0.5) * 0.06)
  const mirrored = seed !== 0 && r.next() < 0.5
  const plan: Arena =
    kind === 'deceptive'
      ? {
          walls: [
            ...box,
            [0, 0.72, move(0.68), 0.72],
            [0.4, move(0.4), 0.4, 0.72],
            [0.68, 0.72, 0.68, move(0.45)],
            [move(0.45), 0.72, 0.45, move(0.9)],
          ],
          start: { x: 0.2, y: 0.1, heading: Math.PI / 2 },
          regions: [{ x: 0.2, y: 0.88, radius: 0.07, worth: 1 }],
          graded: true,
        }
      : {
          walls: [...box, [0.3, move(0.3), 0.3, 0.75], [0.3, 0.75, 0, 0.75], [move(0.55), 0.45, 1, 0.45], [0.55, 0.45, 0.55, move(0.8)]],
          start: { x: 0.5, y: 0.1, heading: Math.PI / 2 },
          regions: [
            { x: 0.12, y: move(0.5), radius: 0.13, worth: 0.6 },
            { x: 0.87, y: move(0.62), radius: 0.13, worth: 1 },
          ],
          graded: false,
        }
  return mirrored ? mirror(plan) : plan
}
const mirror = (a: Arena): Arena => ({
  ...a,
  walls: a.walls.map(([x1, y1, x2, y2]) => [1 - x1, y1, 1 - x2, y2]),
  start: { ...a.start, x: 1 - a.start.x, heading: Math.PI - a.start.heading },
  regions: a.regions.map(g => ({ ...g, x: 1 - g.x })),
})

/** What standing at a place is worth, and in which region it lies (-1: in none). */
export function reward(a: Arena, p: Point): { reward: number; region: number } {
  for (const [region, g] of a.regions.entries()) {
    const d = Math.hypot(p.x - g.x, p.y - g.y)
    if (d > g.radius) continue
    // The inner fiftieth is the middle: whoever is inside has some way to go.
    const inside = Math.min(1, (1 - d / g.radius) / 0.98)
    return { reward: a.graded ? 1 : g.worth * inside, region }
  }
  if (!a.graded) return { reward: 0, region: -1 }
  const g = a.regions[0]
  return { reward: Math.max(0, 0.99 - Math.hypot(p.x - g.x, p.y - g.y) / Math.SQRT2), region: -1 }
}

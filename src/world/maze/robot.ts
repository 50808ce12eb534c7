// The robot: six range finders, two outputs, twenty numbers that say how the one follows from the other.
import type { Arena, Point, Wall } from './arena.ts'

/** Steps of a life, length of the longest step, largest turn. */
export const life = { steps: 100, speed: 0.03, turn: Math.PI / 6 }
const rays = [0, Math.PI / 4, -Math.PI / 4, Math.PI / 2, -Math.PI / 2, Math.PI]
/** Bias, six ranges, the outputs before, the time: once for each of two outputs. */
export const inputs = rays.length + 4
export const parameters = 2 * inputs
/** How far a range finder sees. */
const sight = 0.5
/** It keeps this far from walls. */
const body = 0.005

export interface Walk {
  readonly end: Point
  /** Where it was after each fifth of its life. */
  readonly trace: readonly Point[]
}

/** How many times (dx, dy) it is from a place to the first wall; Infinity: there is none that way. */
export function free(walls: readonly Wall[], px: number, py: number, dx: number, dy: number): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < walls.length; i++) {
    const w = walls[i]
    const ex = w[2] - w[0]
    const ey = w[3] - w[1]
    const cross = dx * ey - dy * ex
    if (cross === 0) continue
    const qx = w[0] - px
    const qy = w[1] - py
    const t = (qx * ey - qy * ex) / cross
    if (!(t >= 0 && t < least)) continue
    const u = (qx * dy - qy * dx) / cross
    if (u >= 0 && u <= 1) least = t
  }
  return least
}

/**
 * A whole life of a controller, without chance. Speed and turn are the hyperbolic tangents of linear functions of the inputs; a speed below 0 stands still.
 * A wall stops the step in front of it.
 * @param weights `parameters` numbers
 */
export function walk(a: Arena, weights: readonly number[]): Walk {
  let { x, y, heading } = a.start
  let [speed, turn] = [0, 0]
  const trace: Point[] = []
  const input = new Float64Array(inputs)
  for (let step = 0; step < life.steps; step++) {
    input[0] = 1
    for (let i = 0; i < rays.length; i++) {
      const angle = heading + rays[i]
      input[1 + i] = 1 - Math.min(1, free(a.walls, x, y, Math.cos(angle), Math.sin(angle)) / sight)
    }
    input[7] = speed
    input[8] = turn
    input[9] = (2 * step) / life.steps - 1
    let go = 0
    let veer = 0
    for (let i = 0; i < inputs; i++) {
      go += weights[i] * input[i]
      veer += weights[inputs + i] * input[i]
    }
    speed = Math.max(0, Math.tanh(go))
    turn = Math.tanh(veer)
    heading += turn * life.turn
    const way = speed * life.speed
    if (way > 0) {
      const ux = Math.cos(heading)
      const uy = Math.sin(heading)
      const room = free(a.walls, x, y, ux, uy) - body
      const d = Math.max(0, Math.min(way, room))
      x += ux * d
      y += uy * d
    }
    if ((step + 1) % (life.steps / 5) === 0) trace.push({ x, y })
  }
  return { end: { x, y }, trace }
}

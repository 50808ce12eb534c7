// What part of the layout is seen. Depth and breadth have scales of their own: a hundred thousand leaves of depth eight fit a screen only so.
// The zoom `z` runs from 0 (all of it) to 1 (as near as is of use: a line of text for each leaf), and both scales run from one end to the other with it.
import type { Layout, Shape } from './layout.ts'

export interface Frame {
  width: number
  height: number
}
export interface Camera {
  z: number
  /** World coordinates of the middle of the frame. */
  x: number
  y: number
}
export interface View {
  kx: number
  ky: number
  /** Screen = offset + scale * world. */
  ox: number
  oy: number
}
interface Ends {
  fitX: number
  fitY: number
  nearX: number
  nearY: number
  midX: number
  midY: number
}
/** Room around the whole tree; the legend lies below it. */
const margin = { x: 28, top: 20, bottom: 78 }
/** Room for the actions of the deepest. */
const beside = (width: number): number => Math.min(260, Math.max(90, width * 0.17))
/** Leaves of a radial tree whose actions are all shown at once. */
const legible = 90
/** Pixels for a level and for a leaf where one reads. */
const near = { x: 190, y: 24 }

function ends(l: Layout, f: Frame): Ends {
  const levels = Math.max(1, l.maxDepth)
  if (l.shape === 'radial') {
    // Actions stand around a small tree as rays.
    const around = l.breadth <= legible ? Math.min(110, Math.min(f.width, f.height) / 6) : margin.top
    const fit = Math.max(1e-6, Math.min((Math.min(f.width, f.height - margin.bottom) / 2 - around) / levels, 220))
    // The outer ring's leaves as far apart as lines of text.
    const close = Math.max(fit * 1.5, Math.min(4e6, (near.y * l.breadth) / (2 * Math.PI * levels)), 120)
    return { fitX: fit, fitY: fit, nearX: close, nearY: close, midX: 0, midY: (margin.bottom - margin.top) / 2 / fit }
  }
  const icicle = l.shape === 'icicle'
  const right = icicle ? margin.x : beside(f.width)
  const across = icicle ? levels + 1 : levels
  const fitX = Math.max(1e-6, Math.min((f.width - margin.x - right) / across, 260))
  const fitY = Math.max(1e-9, Math.min((f.height - margin.top - margin.bottom) / Math.max(1, l.breadth), icicle ? 60 : 34))
  return {
    fitX,
    fitY,
    nearX: Math.max(fitX, near.x),
    nearY: Math.max(fitY, near.y),
    midX: across / 2 + (right - margin.x) / 2 / fitX,
    midY: l.breadth / 2 + (margin.bottom - margin.top) / 2 / fitY,
  }
}
/** Everything in the frame. */
export function fitted(l: Layout, f: Frame): Camera {
  const e = ends(l, f)
  return { z: 0, x: e.midX, y: e.midY }
}
const between = (a: number, b: number, z: number): number => a * (b / a) ** z
export function viewOf(c: Camera, l: Layout, f: Frame): View {
  const e = ends(l, f)
  const kx = between(e.fitX, e.nearX, c.z)
  const ky = between(e.fitY, e.nearY, c.z)
  return { kx, ky, ox: f.width / 2 - kx * c.x, oy: f.height / 2 - ky * c.y }
}
/** How far z runs: natural logarithm of the greater of both ratios; 0: all is as near as it can be. */
function reach(e: Ends): number {
  return Math.max(Math.log(e.nearX / e.fitX), Math.log(e.nearY / e.fitY))
}
/** Nearer (or farther) by a factor, with what is under the point staying there. */
export function zoomed(c: Camera, l: Layout, f: Frame, factor: number, px: number, py: number): Camera {
  const e = ends(l, f)
  const far = reach(e)
  if (far < 0.01) return c
  const z = Math.min(1, Math.max(0, c.z + Math.log(factor) / far))
  const was = viewOf(c, l, f)
  const wx = (px - was.ox) / was.kx
  const wy = (py - was.oy) / was.ky
  const kx = between(e.fitX, e.nearX, z)
  const ky = between(e.fitY, e.nearY, z)
  return bounded({ z, x: wx - (px - f.width / 2) / kx, y: wy - (py - f.height / 2) / ky }, l, f)
}
/** Never so far away that nothing is seen; at z = 0 in the middle. */
export function bounded(c: Camera, l: Layout, f: Frame): Camera {
  const e = ends(l, f)
  if (c.z <= 0) return { z: 0, x: e.midX, y: e.midY }
  const half = { x: f.width / 2 / between(e.fitX, e.nearX, c.z), y: f.height / 2 / between(e.fitY, e.nearY, c.z) }
  const radial = l.shape === 'radial'
  const edge = (v: number, low: number, high: number, h: number): number => {
    // At least a third of the frame holds tree.
    const a = Math.min(low + h / 3, (low + high) / 2)
    const b = Math.max(high - h / 3, (low + high) / 2)
    return Math.min(Math.max(v, a), b)
  }
  const d = Math.max(1, l.maxDepth)
  return {
    z: c.z,
    x: radial ? edge(c.x, -d, d, half.x) : edge(c.x, 0, d + 1, half.x),
    y: radial ? edge(c.y, -d, d, half.y) : edge(c.y, 0, l.breadth, half.y),
  }
}
export function panned(c: Camera, l: Layout, f: Frame, dx: number, dy: number): Camera {
  const v = viewOf(c, l, f)
  return bounded({ z: c.z, x: c.x - dx / v.kx, y: c.y - dy / v.ky }, l, f)
}
/** The same scales as before on another layout of the same tree, with an anchor staying where it was on the screen. */
export function carried(c: Camera, from: Layout, to: Layout, f: Frame, anchor: number): Camera {
  if (c.z <= 0 || from.shape !== to.shape || from.root !== to.root) return fitted(to, f)
  const was = viewOf(c, from, f)
  const e = ends(to, f)
  const far = Math.log(e.nearY / e.fitY)
  const z = far < 0.01 ? c.z : Math.min(1, Math.max(0.001, Math.log(was.ky / e.fitY) / far))
  const kx = between(e.fitX, e.nearX, z)
  const ky = between(e.fitY, e.nearY, z)
  if (anchor < 0 || anchor >= from.size || Number.isNaN(from.x[anchor]) || Number.isNaN(to.x[anchor])) return bounded({ ...c, z }, to, f)
  const sx = was.ox + was.kx * from.x[anchor]
  const sy = was.oy + was.ky * from.y[anchor]
  return bounded({ z, x: to.x[anchor] - (sx - f.width / 2) / kx, y: to.y[anchor] - (sy - f.height / 2) / ky }, to, f)
}
/** A row into the frame if it is not there; nearer if its neighbours cannot be told apart. */
export function brought(c: Camera, l: Layout, f: Frame, row: number): Camera {
  const x = l.x[row]
  const y = l.y[row]
  if (Number.isNaN(x) || x === undefined) return c
  const v = viewOf(c, l, f)
  const sx = v.ox + v.kx * x
  const sy = v.oy + v.ky * y
  const inside = sx > 40 && sx < f.width - 60 && sy > 40 && sy < f.height - 40
  if (inside || c.z <= 0) return c
  return bounded({ z: c.z, x, y }, l, f)
}
export const isShape = (x: string | null): x is Shape => x === 'tidy' || x === 'radial' || x === 'icicle'

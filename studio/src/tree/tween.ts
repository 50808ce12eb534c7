// From one layout of a growing tree to the next: rows glide to their new places, new ones come out of their parents.
import type { View } from './camera.ts'
import type { Columns } from './columns.ts'
import type { Layout } from './layout.ts'

export interface Tween {
  from: { x: Float64Array; y: Float64Array; low: Float64Array; high: Float64Array; view: View }
  since: number
  mixed: Layout
  view: View
}
const length = 240

export function begin(now: Tween | undefined, before: Layout, view: View, next: Layout, c: Columns, time: number): Tween {
  // In the middle of another one: from where things are.
  const at = now === undefined ? before : now.mixed
  const n = next.size
  const x = new Float64Array(n)
  const y = new Float64Array(n)
  const low = new Float64Array(n)
  const high = new Float64Array(n)
  for (let r = next.root; r < n; r++) {
    if (r < at.size && !Number.isNaN(at.x[r])) {
      x[r] = at.x[r]
      y[r] = at.y[r]
      low[r] = at.from[r]
      high[r] = at.to[r]
    } else {
      const p = c.parent[r]
      x[r] = p < 0 ? 0 : x[p]
      y[r] = p < 0 ? 0 : y[p]
      low[r] = high[r] = p < 0 ? 0 : (low[p] + high[p]) / 2
    }
  }
  const start = now === undefined ? view : now.view
  return {
    from: { x, y, low, high, view: start },
    since: time,
    mixed: { ...next, x: Float64Array.from(x), y: Float64Array.from(y), from: Float64Array.from(low), to: Float64Array.from(high) },
    view: start,
  }
}
/** Where things are now; undefined: they have arrived. */
export function blended(t: Tween, to: Layout, view: View, now: number): { layout: Layout; view: View } | undefined {
  const share = (now - t.since) / length
  if (share >= 1) return undefined
  const e = share <= 0 ? 0 : 1 - (1 - share) ** 3
  const { from, mixed } = t
  for (let r = to.root; r < to.size; r++) {
    mixed.x[r] = from.x[r] + (to.x[r] - from.x[r]) * e
    mixed.y[r] = from.y[r] + (to.y[r] - from.y[r]) * e
    mixed.from[r] = from.low[r] + (to.from[r] - from.low[r]) * e
    mixed.to[r] = from.high[r] + (to.to[r] - from.high[r]) * e
  }
  const mix = (a: number, b: number): number => a + (b - a) * e
  t.view = {
    kx: mix(from.view.kx, view.kx),
    ky: mix(from.view.ky, view.ky),
    ox: mix(from.view.ox, view.ox),
    oy: mix(from.view.oy, view.oy),
  }
  return { layout: mixed, view: t.view }
}

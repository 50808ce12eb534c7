// Which row owns which pixel: one pass over all rows, whatever the zoom. Where several fall on one pixel, the highest on the colour scale has it,
// so that a rare good node is not lost among a thousand bad ones. The same cells answer what is under the pointer.
import type { View } from './camera.ts'
import type { Coloured } from './colouring.ts'
import type { Layout } from './layout.ts'

export interface Cells {
  width: number
  height: number
  /** Row by pixel, -1 none; with a border of one pixel for what lies outside. */
  owner: Int32Array
  best: Float32Array
  /** Pixels that have an owner. */
  touched: Int32Array
  count: number
  /** Rows inside the frame, as far as there is room for them. */
  inside: Int32Array
  insideCount: number
  /** There were more. */
  crowded: boolean
  /** Rows drawn or outside: what the slider lets through. */
  shown: number
}
/** More than this and single nodes are not drawn as such. */
const most = 3000

export function cells(width: number, height: number): Cells {
  const n = (width + 2) * (height + 2)
  return {
    width,
    height,
    owner: new Int32Array(n).fill(-1),
    best: new Float32Array(n),
    touched: new Int32Array(n),
    count: 0,
    inside: new Int32Array(most),
    insideCount: 0,
    crowded: false,
    shown: 0,
  }
}
/** `rows`: only those before this one are there (the slider). */
export function fill(c: Cells, l: Layout, v: View, colours: Coloured, rows: number): void {
  const { owner, best, touched, width, height } = c
  for (let i = 0; i < c.count; i++) owner[touched[i]] = -1
  const stride = width + 2
  const { x, y } = l
  const { share } = colours
  const { kx, ky, ox, oy } = v
  const end = Math.min(l.size, rows)
  let count = 0
  let inside = 0
  let shown = 0
  c.crowded = false
  for (let r = l.root; r < end; r++) {
    const wx = x[r]
    if (Number.isNaN(wx)) continue
    shown++
    let px = Math.round(ox + kx * wx)
    let py = Math.floor(oy + ky * y[r])
    if (px >= 0 && px < width && py >= 0 && py < height) {
      if (inside < most) c.inside[inside++] = r
      else c.crowded = true
    } else {
      px = Math.max(-1, Math.min(width, px))
      py = Math.max(-1, Math.min(height, py))
    }
    const i = (py + 1) * stride + px + 1
    const s = share[r]
    const rank = Number.isNaN(s) ? -1 : s
    if (owner[i] < 0) {
      owner[i] = r
      best[i] = rank
      touched[count++] = i
    } else if (rank > best[i]) {
      owner[i] = r
      best[i] = rank
    }
  }
  c.count = count
  c.insideCount = inside
  c.shown = shown
}
/** The row nearest to a pixel, at most `reach` pixels away; -1: none. */
export function nearest(c: Cells, px: number, py: number, reach: number): number {
  const stride = c.width + 2
  let found = -1
  let least = (reach + 0.5) ** 2
  for (let dy = -reach; dy <= reach; dy++) {
    const yy = Math.round(py) + dy
    if (yy < 0 || yy >= c.height) continue
    for (let dx = -reach; dx <= reach; dx++) {
      const xx = Math.round(px) + dx
      if (xx < 0 || xx >= c.width) continue
      const row = c.owner[(yy + 1) * stride + xx + 1]
      const d = dx * dx + dy * dy
      if (row >= 0 && d < least) {
        least = d
        found = row
      }
    }
  }
  return found
}
/** The row of an icicle at a place: down from the root, by halving among the children. */
export function icicleAt(l: Layout, v: View, px: number, py: number, rows: number): number {
  const level = Math.floor((px - v.ox) / v.kx)
  const slot = (py - v.oy) / v.ky
  if (level < 0 || slot < 0 || slot > l.breadth || l.shown === 0 || l.root >= rows) return -1
  let r = l.root
  for (let d = 0; d < level; d++) {
    let low = l.first[r]
    let high = l.first[r + 1] - 1
    let next = -1
    // Children that are not shown cover no slots: look for the last that begins at or before the slot and is shown.
    while (low <= high) {
      const middle = (low + high) >> 1
      let k = middle
      while (k > low && Number.isNaN(l.x[l.kids[k]])) k--
      const kid = l.kids[k]
      if (Number.isNaN(l.x[kid])) {
        low = middle + 1
        continue
      }
      if (l.from[kid] <= slot) {
        if (slot < l.to[kid]) {
          next = kid
          break
        }
        low = middle + 1
      } else high = k - 1
    }
    if (next < 0 || next >= rows) return -1
    r = next
  }
  return r
}

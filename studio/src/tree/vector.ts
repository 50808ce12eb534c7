// The near view: curves as wide as they were travelled, discs, and forms for what became of a node.
import type { View } from './camera.ts'
import type { Coloured } from './colouring.ts'
import { bit, type Columns } from './columns.ts'
import type { Layout } from './layout.ts'
import type { Palette } from './palette.ts'

type Pen = CanvasRenderingContext2D

/** The curve from a parent to its child. */
export function link(pen: Pen | Path2D, l: Layout, v: View, from: number, to: number): void {
  const x0 = v.ox + v.kx * l.x[from]
  const y0 = v.oy + v.ky * l.y[from]
  const x1 = v.ox + v.kx * l.x[to]
  const y1 = v.oy + v.ky * l.y[to]
  pen.moveTo(x0, y0)
  if (l.shape !== 'radial') {
    const mid = (x0 + x1) / 2
    pen.bezierCurveTo(mid, y0, mid, y1, x1, y1)
    return
  }
  // Along the parent's ray first, then the child's.
  const px = l.x[from]
  const py = l.y[from]
  const d0 = Math.hypot(px, py)
  const d1 = Math.hypot(l.x[to], l.y[to])
  if (d0 < 1e-9 || d1 < 1e-9) {
    pen.lineTo(x1, y1)
    return
  }
  const mid = (d0 + d1) / 2
  pen.bezierCurveTo(
    v.ox + (v.kx * px * mid) / d0,
    v.oy + (v.ky * py * mid) / d0,
    v.ox + (v.kx * l.x[to] * mid) / d1,
    v.oy + (v.ky * l.y[to] * mid) / d1,
    x1,
    y1,
  )
}
export const radius = (v: View, l: Layout): number => (l.shape === 'radial' ? 4 : Math.min(5, Math.max(2, v.ky * 0.36)))

const widths = [0.7, 1.1, 1.7, 2.4, 3.2]
export function vectorTree(
  pen: Pen,
  rows: Int32Array,
  count: number,
  columns: Columns,
  l: Layout,
  v: View,
  coloured: Coloured,
  colours: Palette,
): void {
  const { parent, flags, N } = columns
  // Edges by how often they were travelled; what was cut off or never taken is broken.
  const solid = widths.map(() => new Path2D())
  const broken = new Path2D()
  const all = Math.log1p(Math.max(1, N[l.root]))
  for (let i = 0; i < count; i++) {
    const r = rows[i]
    if (r === l.root) continue
    const f = flags[r]
    if ((f & bit.pruned) !== 0 || (f & bit.taken) === 0) link(broken, l, v, parent[r], r)
    else link(solid[Math.min(widths.length - 1, Math.floor((Math.log1p(N[r]) / all) * widths.length))], l, v, parent[r], r)
  }
  pen.lineCap = 'butt'
  pen.globalAlpha = 0.55
  pen.strokeStyle = colours.strong
  widths.forEach((w, i) => {
    pen.lineWidth = w
    pen.stroke(solid[i])
  })
  pen.lineWidth = 1
  pen.setLineDash([2, 3])
  pen.stroke(broken)
  pen.setLineDash([])
  pen.globalAlpha = 1
  const size = radius(v, l)
  for (let i = 0; i < count; i++) {
    const r = rows[i]
    const share = coloured.share[r]
    mark(
      pen,
      v.ox + v.kx * l.x[r],
      v.oy + v.ky * l.y[r],
      size,
      flags[r],
      Number.isNaN(share) ? '' : colours.css[Math.round(share * 255)],
      colours,
    )
  }
}

/** The form of a node. `colour` '': unknown. */
export function mark(pen: Pen, x: number, y: number, size: number, flags: number, colour: string, colours: Palette): void {
  const taken = (flags & bit.taken) !== 0
  pen.beginPath()
  if ((flags & bit.failed) !== 0) {
    // A cross.
    const s = size * 0.85
    pen.moveTo(x - s, y - s)
    pen.lineTo(x + s, y + s)
    pen.moveTo(x + s, y - s)
    pen.lineTo(x - s, y + s)
    pen.strokeStyle = colours.bad
    pen.lineWidth = Math.max(1.2, size * 0.4)
    pen.stroke()
    return
  }
  if ((flags & bit.pruned) !== 0) {
    // A stroke across the edge: cut.
    pen.moveTo(x, y - size)
    pen.lineTo(x, y + size)
    pen.strokeStyle = colours.strong
    pen.lineWidth = Math.max(1.4, size * 0.45)
    pen.stroke()
    return
  }
  if ((flags & bit.closed) !== 0 && (flags & bit.end) === 0) pen.rect(x - size * 0.85, y - size * 0.85, size * 1.7, size * 1.7)
  else if ((flags & bit.end) !== 0) {
    // A diamond: nothing comes after it.
    const s = size * 1.25
    pen.moveTo(x, y - s)
    pen.lineTo(x + s, y)
    pen.lineTo(x, y + s)
    pen.lineTo(x - s, y)
    pen.closePath()
  } else pen.arc(x, y, taken ? size : size * 0.7, 0, 2 * Math.PI)
  if (!taken || colour === '') {
    pen.fillStyle = colours.ground
    pen.fill()
    pen.strokeStyle = colours.strong
    pen.lineWidth = taken ? 1.4 : 1
    pen.stroke()
  } else {
    pen.fillStyle = colour
    pen.fill()
  }
  if ((flags & bit.solved) !== 0) {
    pen.beginPath()
    pen.arc(x, y, size * 1.25 + 2.2, 0, 2 * Math.PI)
    pen.strokeStyle = colours.ink
    pen.lineWidth = 1.4
    pen.stroke()
  }
}
/** A small flag: pinned. */
export function pin(pen: Pen, x: number, y: number, size: number, colours: Palette): void {
  pen.beginPath()
  pen.moveTo(x, y - size)
  pen.lineTo(x, y - size - 9)
  pen.lineTo(x + 7, y - size - 6.5)
  pen.lineTo(x, y - size - 4)
  pen.strokeStyle = colours.ink
  pen.fillStyle = colours.ink
  pen.lineWidth = 1.2
  pen.stroke()
  pen.fill()
}

const font = '11.5px "JetBrains Mono", ui-monospace, monospace'
const advance = 6.9
const cut = (text: string, width: number): string => {
  const fit = Math.floor(width / advance)
  return text.length <= fit ? text : fit < 3 ? '' : `${text.slice(0, fit - 1)}…`
}
/** Pixels between lines that can still be read. */
const line = 9.5
/** Where a ray from a point of the frame leaves it. */
function reach(x: number, y: number, dx: number, dy: number, frame: { width: number; height: number }): number {
  const across = dx > 0 ? (frame.width - x) / dx : dx < 0 ? -x / dx : Number.POSITIVE_INFINITY
  const down = dy > 0 ? (frame.height - y) / dy : dy < 0 ? -y / dy : Number.POSITIVE_INFINITY
  return Math.min(across, down)
}
/** The action of a leaf goes on along its ray, where nothing else is: as far as its share of the circle has room for a line. */
function rayLabel(
  pen: Pen,
  label: string,
  x: number,
  y: number,
  size: number,
  l: Layout,
  v: View,
  frame: { width: number; height: number },
  strong: boolean,
): void {
  const dx = x - v.ox
  const dy = y - v.oy
  const away = Math.hypot(dx, dy)
  if (away < 1 || (!strong && (2 * Math.PI * away) / l.breadth < line)) return
  const text = cut(label, Math.min(200, reach(x, y, dx / away, dy / away, frame) - 8) - size - 6)
  if (text === '') return
  const left = dx < 0
  pen.save()
  pen.translate(x, y)
  pen.rotate(Math.atan2(dy, dx) + (left ? Math.PI : 0))
  pen.textAlign = left ? 'right' : 'left'
  pen.strokeText(text, left ? -size - 6 : size + 6, 0)
  pen.fillText(text, left ? -size - 6 : size + 6, 0)
  pen.restore()
}
/**
 * Actions beside their nodes: a leaf's to the edge of the picture (its line is its own), another's above its edges. In a radial tree only what is marked has
 * one at an inner node: its edges go all ways.
 */
export function treeLabels(
  pen: Pen,
  rows: Int32Array,
  count: number,
  l: Layout,
  v: View,
  frame: { width: number; height: number },
  labels: (row: number) => string | undefined,
  strong: (row: number) => boolean,
  colours: Palette,
): void {
  pen.font = font
  pen.textBaseline = 'middle'
  pen.lineJoin = 'round'
  const size = radius(v, l)
  for (let i = 0; i < count; i++) {
    const r = rows[i]
    const label = labels(r)
    if (label === undefined || label === '') continue
    const x = v.ox + v.kx * l.x[r]
    const y = v.oy + v.ky * l.y[r]
    const leaf = l.to[r] - l.from[r] <= 1.0001 && l.first[r] === l.first[r + 1]
    const radial = l.shape === 'radial'
    const marked = strong(r)
    pen.lineWidth = 3.5
    pen.strokeStyle = colours.ground
    pen.fillStyle = marked ? colours.ink : colours.ink2
    if (radial && leaf) {
      // The legend lies below.
      rayLabel(pen, label, x, y, size, l, v, { width: frame.width, height: frame.height - 56 }, marked)
      continue
    }
    if (radial && !marked) continue
    const room = leaf ? frame.width - x - size - 14 : (radial ? 170 : v.kx) - size - 12
    const text = cut(label, room)
    if (text === '') continue
    const ty = leaf || radial ? y : y - size - 7
    pen.textAlign = radial && l.x[r] < 0 ? 'right' : 'left'
    const tx = pen.textAlign === 'right' ? x - size - 6 : x + size + (leaf || radial ? 6 : 2)
    pen.strokeText(text, tx, ty)
    pen.fillText(text, tx, ty)
  }
  pen.textAlign = 'left'
}
/** Actions in the rectangles of an icicle that have room for a line. */
export function icicleLabels(
  pen: Pen,
  rows: readonly number[],
  l: Layout,
  v: View,
  height: number,
  labels: (row: number) => string | undefined,
  coloured: Coloured,
  colours: Palette,
): void {
  pen.font = font
  pen.textBaseline = 'middle'
  for (const r of rows) {
    const label = labels(r)
    if (label === undefined) continue
    const text = cut(label, v.kx - 12)
    if (text === '') continue
    const top = Math.max(0, v.oy + v.ky * l.from[r])
    const bottom = Math.min(height, v.oy + v.ky * l.to[r])
    const share = coloured.share[r]
    // Dark letters on light ground, either way round.
    const dark = colours.shown === 'light' ? !(share > 0.45) : share > 0.45
    pen.fillStyle = dark ? '#14161a' : '#ffffff'
    pen.fillText(text, Math.max(6, v.ox + v.kx * l.x[r] + 6), (top + bottom) / 2)
  }
}

// What lies over the tree: the best path, the chosen node, the pointer's, what was found, what is in flight. Redrawn without the tree below it.
import type { View } from './camera.ts'
import type { Coloured } from './colouring.ts'
import { bit, type Columns } from './columns.ts'
import type { Layout } from './layout.ts'
import type { Palette } from './palette.ts'
import { link, mark, pin, radius } from './vector.ts'

type Pen = CanvasRenderingContext2D
export interface Over {
  best: readonly number[]
  selected: number
  /** A second one, to be compared with or preferred to. */
  second: number
  hovered: number
  found: readonly number[]
  /** Rows with effects under way, and when the effect was first seen (milliseconds of the page). */
  flight: ReadonlyMap<number, number>
  /** Rows before this one are there. */
  rows: number
  /** Single nodes are drawn. */
  near: boolean
  coloured: Coloured
}
/** How long the pulse of an effect that begins takes, in milliseconds. */
export const pulse = 700

function place(l: Layout, v: View, row: number): { x: number; y: number; w: number; h: number } | undefined {
  if (row < 0 || row >= l.size || Number.isNaN(l.x[row])) return undefined
  const x = v.ox + v.kx * l.x[row]
  if (l.shape !== 'icicle') return { x, y: v.oy + v.ky * l.y[row], w: 0, h: 0 }
  const y = v.oy + v.ky * l.from[row]
  return { x, y, w: v.kx - 1, h: Math.max(1, v.ky * (l.to[row] - l.from[row])) }
}
function ring(pen: Pen, at: { x: number; y: number; w: number; h: number }, size: number): void {
  pen.beginPath()
  if (at.w > 0) pen.rect(at.x + 0.5, at.y + 0.5, at.w - 1, Math.max(2, at.h - 1))
  else pen.arc(at.x, at.y, size, 0, 2 * Math.PI)
  pen.stroke()
}
/** Draws; true: something still moves, draw again. */
export function overlay(pen: Pen, c: Columns, l: Layout, v: View, o: Over, colours: Palette, now: number, still: boolean): boolean {
  const size = o.near ? radius(v, l) : 2.5
  const there = (row: number): boolean => row >= 0 && row < o.rows
  const trail = (rows: readonly number[], colour: string, width: number): void => {
    pen.strokeStyle = colour
    pen.lineWidth = width
    pen.lineCap = 'round'
    if (l.shape === 'icicle') {
      // A bar at the left of each rectangle.
      pen.fillStyle = colour
      for (const r of rows) {
        const at = place(l, v, r)
        if (at !== undefined && there(r)) pen.fillRect(at.x, at.y, 1 + width, Math.max(2, at.h))
      }
      return
    }
    pen.beginPath()
    for (let i = 1; i < rows.length; i++)
      if (there(rows[i]) && place(l, v, rows[i - 1]) !== undefined && place(l, v, rows[i]) !== undefined)
        link(pen, l, v, rows[i - 1], rows[i])
    pen.stroke()
  }
  if (there(o.selected)) trail(c.path(o.selected), colours.ink, l.shape === 'icicle' ? 1 : 1.3)
  trail(o.best, colours.accent, 2.4)
  // The nodes of both lie over their lines.
  if (o.near && l.shape !== 'icicle')
    for (const r of there(o.selected) ? [...c.path(o.selected), ...o.best] : o.best) {
      const at = place(l, v, r)
      const share = o.coloured.share[r]
      if (at !== undefined && there(r))
        mark(pen, at.x, at.y, size, c.flags[r], Number.isNaN(share) ? '' : colours.css[Math.round(share * 255)], colours)
    }
  if (l.shape !== 'icicle')
    for (const r of o.best) {
      const at = place(l, v, r)
      if (at === undefined || !there(r)) continue
      pen.strokeStyle = colours.accent
      pen.lineWidth = 2
      ring(pen, at, size + 2.5)
    }
  pen.lineCap = 'butt'
  // What was found: a tick beside it.
  pen.fillStyle = colours.ink
  for (const r of o.found) {
    const at = place(l, v, r)
    if (at === undefined || !there(r)) continue
    pen.beginPath()
    pen.moveTo(at.x - size - 3, at.y + at.h / 2)
    pen.lineTo(at.x - size - 9, at.y + at.h / 2 - 4)
    pen.lineTo(at.x - size - 9, at.y + at.h / 2 + 4)
    pen.fill()
  }
  let moves = false
  for (const [r, since] of o.flight) {
    const at = place(l, v, r)
    if (at === undefined) continue
    pen.strokeStyle = colours.accent
    pen.lineWidth = 1.3
    pen.setLineDash([2, 2])
    ring(pen, at, size + 3.5)
    pen.setLineDash([])
    const t = Math.max(0, now - since) / pulse
    if (t < 1 && !still) {
      moves = true
      pen.globalAlpha = (1 - t) * 0.8
      pen.lineWidth = 1.5
      if (at.w === 0) ring(pen, at, size + 3.5 + 14 * (1 - (1 - t) ** 2))
      pen.globalAlpha = 1
    }
  }
  if (o.near && l.shape !== 'icicle')
    for (let r = 0, seen = 0; r < Math.min(c.size, o.rows) && seen < 200; r++)
      if ((c.flags[r] & bit.pinned) !== 0) {
        const at = place(l, v, r)
        if (at !== undefined) {
          pin(pen, at.x, at.y, size, colours)
          seen++
        }
      }
  for (const [row, width, colour, extra] of [
    [o.hovered, 1.2, colours.ink2, 3],
    [o.second, 2, colours.ink2, 5],
    [o.selected, 2, colours.ink, 5],
  ] as const) {
    const at = there(row) ? place(l, v, row) : undefined
    if (at === undefined) continue
    pen.strokeStyle = colours.ground
    pen.lineWidth = width + 2
    ring(pen, at, size + extra)
    pen.strokeStyle = colour
    pen.lineWidth = width
    if (row === o.second) pen.setLineDash([3, 3])
    ring(pen, at, size + extra)
    pen.setLineDash([])
  }
  return moves
}

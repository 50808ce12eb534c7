// The far view: nodes as small bars of colour written straight into the picture's bytes, edges as a density of faint strokes.
import type { View } from './camera.ts'
import type { Cells } from './cells.ts'
import type { Coloured } from './colouring.ts'
import { bit, type Columns } from './columns.ts'
import type { Layout } from './layout.ts'
import { densities, type Palette } from './palette.ts'

export interface Picture {
  image: ImageData
  pixels: Uint32Array
  ink: Float32Array
}
export function picture(width: number, height: number): Picture {
  const image = new ImageData(width, height)
  return { image, pixels: new Uint32Array(image.data.buffer), ink: new Float32Array(width * height) }
}

/** A stroke from a parent to its child: level at both ends, as the curves of the near view. */
function curve(p: Picture, x0: number, y0: number, x1: number, y1: number): void {
  const { width, height } = p.image
  const { ink } = p
  const dx = x1 - x0
  if (dx < 1) {
    column(p, Math.round(x0), y0, y1)
    return
  }
  const from = Math.max(0, Math.ceil(x0))
  const to = Math.min(width - 1, Math.floor(x1))
  let before = y0 + (y1 - y0) * smooth((from - x0) / dx)
  for (let x = from; x <= to; x++) {
    const y = y0 + (y1 - y0) * smooth((x - x0) / dx)
    const step = y - before
    if (step > 1.5 || step < -1.5) column(p, x, before, y)
    else {
      const base = Math.floor(y)
      const part = y - base
      if (base >= 0 && base < height) ink[base * width + x] += 1 - part
      if (base >= -1 && base < height - 1) ink[(base + 1) * width + x] += part
    }
    before = y
  }
}
const smooth = (t: number): number => t * t * (3 - 2 * t)
function column(p: Picture, x: number, a: number, b: number): void {
  const { width, height } = p.image
  if (x < 0 || x >= width) return
  const from = Math.max(0, Math.round(Math.min(a, b)))
  const to = Math.min(height - 1, Math.round(Math.max(a, b)))
  for (let i = from * width + x, n = to - from; n >= 0; n--, i += width) p.ink[i] += 0.8
}
function line(p: Picture, x0: number, y0: number, x1: number, y1: number): void {
  const { width, height } = p.image
  const steps = Math.max(1, Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))))
  // Far outside, a long stroke is not followed pixel by pixel.
  if (steps > 4 * (width + height)) return
  const sx = (x1 - x0) / steps
  const sy = (y1 - y0) / steps
  let x = x0
  let y = y0
  for (let i = 0; i <= steps; i++) {
    const xx = Math.round(x)
    const yy = Math.round(y)
    if (xx >= 0 && xx < width && yy >= 0 && yy < height) p.ink[yy * width + xx] += 0.8
    x += sx
    y += sy
  }
}
/** `gain`: how dark a single stroke is; fewer may be darker. */
function develop(p: Picture, colours: Palette, gain: number): void {
  const { ink, pixels } = p
  const { edges } = colours
  for (let i = 0; i < ink.length; i++) {
    const d = ink[i] * gain
    pixels[i] = d === 0 ? edges[0] : edges[d >= densities ? densities - 1 : d | 0]
  }
}
const tone = (colours: Palette, share: number): number => (Number.isNaN(share) ? colours.unknown : colours.ramp[(share * 255 + 0.5) | 0])

export function rasterTree(
  p: Picture,
  cells: Cells,
  columns: Columns,
  l: Layout,
  v: View,
  coloured: Coloured,
  colours: Palette,
  dpr: number,
): void {
  const { width, height } = p.image
  const stride = width + 2
  const radial = l.shape === 'radial'
  p.ink.fill(0)
  // Of very many, every second: their density is the same picture.
  const every = radial && cells.count > 30_000 ? 1 : 0
  for (let k = 0; k < cells.count; k++) {
    const i = cells.touched[k]
    if (every !== 0 && (k & every) !== 0) continue
    const r = cells.owner[i]
    if (r === l.root) continue
    const q = columns.parent[r]
    const x0 = v.ox + v.kx * l.x[q]
    const y0 = v.oy + v.ky * l.y[q]
    const x1 = v.ox + v.kx * l.x[r]
    const y1 = v.oy + v.ky * l.y[r]
    if ((x0 < 0 && x1 < 0) || (x0 > width && x1 > width) || (y0 < 0 && y1 < 0) || (y0 > height && y1 > height)) continue
    if (radial) line(p, x0, y0, x1, y1)
    else curve(p, x0, y0, x1, y1)
  }
  develop(p, colours, Math.max(4, Math.min(8, 24_000 / Math.max(1, cells.count))))
  const { pixels } = p
  const wide = radial ? Math.max(1, Math.round(dpr)) : Math.round(Math.min(8 * dpr, Math.max(2 * dpr, v.kx * 0.07)))
  const high = Math.max(1, Math.min(Math.round(3 * dpr), Math.floor(v.ky * 0.6)))
  for (let k = 0; k < cells.count; k++) {
    const i = cells.touched[k]
    const py = Math.floor(i / stride) - 1
    const px = (i % stride) - 1
    if (px < 0 || px >= width || py < 0 || py >= height) continue
    const r = cells.owner[i]
    const flags = columns.flags[r]
    // Cut off: a third of the width. Failed: the bar has a hole. Forms, since colour is taken by the value.
    const cut = (flags & bit.pruned) !== 0 || (flags & bit.taken) === 0
    const w = cut ? Math.max(1, Math.round(wide / 3)) : wide
    const colour = cut ? colours.unknown : tone(colours, coloured.share[r])
    const from = Math.max(0, px - (w >> 1))
    const to = Math.min(width - 1, from + w - 1)
    const h = radial ? wide : high
    const top = Math.max(0, py - (h >> 1))
    const hole = (flags & bit.failed) !== 0 && w > 4
    for (let yy = top; yy < top + h && yy < height; yy++) {
      const row = yy * width
      for (let xx = from; xx <= to; xx++) if (!hole || xx - from < 2 || to - xx < 2) pixels[row + xx] = colour
    }
  }
}

/** Rectangles: of what is too thin for a line of pixels, the highest on the scale is shown. */
export function rasterIcicle(
  p: Picture,
  columns: Columns,
  l: Layout,
  v: View,
  coloured: Coloured,
  colours: Palette,
  rows: number,
  dpr: number,
): void {
  const { width, height } = p.image
  const { pixels } = p
  pixels.fill(colours.ground32)
  const best = p.ink
  best.fill(-2)
  const end = Math.min(l.size, rows)
  const space = v.kx > 6 * dpr ? Math.round(dpr) : 0
  for (let r = l.root; r < end; r++) {
    const wx = l.x[r]
    if (Number.isNaN(wx)) continue
    const x0 = Math.round(v.ox + v.kx * wx)
    const x1 = Math.min(width, Math.max(x0 + 1, Math.round(v.ox + v.kx * (wx + 1)) - space))
    const left = Math.max(0, x0)
    if (x1 <= 0 || left >= width || left >= x1) continue
    const ya = v.oy + v.ky * l.from[r]
    const yb = v.oy + v.ky * l.to[r]
    if (yb < 0 || ya >= height) continue
    const share = coloured.share[r]
    const flags = columns.flags[r]
    const cut = (flags & bit.pruned) !== 0 || (flags & bit.taken) === 0
    const colour = cut ? colours.edges[20] : Number.isNaN(share) ? colours.edges[10] : tone(colours, share)
    const rank = cut ? -1.5 : Number.isNaN(share) ? -1 : share
    if (yb - ya < 1.5) {
      const py = Math.max(0, Math.floor(ya))
      const i = py * width + left
      if (py < height && rank > best[i]) {
        best[i] = rank
        pixels.fill(colour, i, py * width + x1)
      }
      continue
    }
    const top = Math.max(0, Math.round(ya))
    const bottom = Math.min(height, Math.max(top + 1, Math.round(yb) - (yb - ya > 4 * dpr ? Math.round(dpr) : 0)))
    for (let y = top; y < bottom; y++) {
      // Hatched where it was cut off.
      if (cut && bottom - top > 4 && y % Math.round(3 * dpr) !== 0) continue
      pixels.fill(colour, y * width + left, y * width + x1)
    }
  }
}

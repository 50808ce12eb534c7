// The canvas' own life, outside of React: what changed is laid out, coloured and painted when the browser next draws, and nothing is done otherwise.
import { brought, type Camera, carried, fitted, panned, type View, viewOf, zoomed } from './camera.ts'
import { type Cells, cells, fill, icicleAt, nearest } from './cells.ts'
import { type Coloured, colour } from './colouring.ts'
import type { Labels } from './labels.ts'
import { type Layout, layOut } from './layout.ts'
import { hiddenBits, type Look } from './look.ts'
import type { RunModel } from './model.ts'
import { type Over, overlay } from './overlay.ts'
import type { Palette } from './palette.ts'
import { type Picture, picture, rasterIcicle, rasterTree } from './raster.ts'
import { begin, blended, type Tween } from './tween.ts'
import { icicleLabels, treeLabels, vectorTree } from './vector.ts'

export interface Shown {
  look: Look
  palette: Palette
  selected: number
  second: number
  found: readonly number[]
}
/** Between two paints of what came from the run, in milliseconds, at least; more where a paint takes long, so that time is left for the rest of the page. */
const pace = 16
/** Up to so many rows glide to their new places. */
const gliding = 2000

export class Stage {
  layout: Layout
  camera: Camera
  coloured: Coloured
  hovered = -1
  private readonly base: HTMLCanvasElement
  private readonly over: HTMLCanvasElement
  private readonly model: RunModel
  private readonly labels: Labels
  private readonly changed: () => void
  private shown: Shown
  private width = 0
  private height = 0
  private dpr = 1
  private cells: Cells | undefined
  private picture: Picture | undefined
  private near = false
  private tween: Tween | undefined
  private glide: { from: Camera; to: Camera; since: number } | undefined
  private raf = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  /** For a layout that was put off: statistics are painted meanwhile. */
  private lateTimer: ReturnType<typeof setTimeout> | undefined
  private baseDirty = true
  private painted = 0
  private lastData = 0
  /** Milliseconds that the last paint of all took. */
  private cost = 0
  private laidOut = { structure: -1, version: -1, at: 0, cost: 0 }
  private links = new Int32Array(6000)
  private linkCount = 0
  private readonly still: MediaQueryList

  constructor(o: { base: HTMLCanvasElement; over: HTMLCanvasElement; model: RunModel; labels: Labels; shown: Shown; changed: () => void }) {
    this.base = o.base
    this.over = o.over
    this.model = o.model
    this.labels = o.labels
    this.shown = o.shown
    this.changed = o.changed
    this.still = matchMedia('(prefers-reduced-motion: reduce)')
    this.layout = this.lay()
    this.camera = { z: 0, x: 0, y: 0 }
    this.coloured = colour(o.model.columns, o.shown.look.colour)
  }

  // ------------------------------------------------------------------------------------------------------ what changes
  resize(width: number, height: number): void {
    this.dpr = Math.min(2, devicePixelRatio || 1)
    this.width = width
    this.height = height
    for (const canvas of [this.base, this.over]) {
      canvas.width = Math.max(1, Math.round(width * this.dpr))
      canvas.height = Math.max(1, Math.round(height * this.dpr))
    }
    this.cells = cells(this.base.width, this.base.height)
    this.picture = undefined
    this.baseDirty = true
    if (this.camera.z <= 0) this.camera = fitted(this.layout, this.frame)
    // At once: a canvas that was resized is empty.
    if (width > 0 && height > 0) this.paint(performance.now())
  }
  show(next: Shown): void {
    const was = this.shown
    this.shown = next
    const other = was.look.shape !== next.look.shape || was.look.root !== next.look.root || was.look.hide.join() !== next.look.hide.join()
    if (other) this.relay(performance.now())
    if (was.look.colour !== next.look.colour) this.recolour()
    if (next.selected !== was.selected && next.selected >= 0) this.glideTo(brought(this.camera, this.layout, this.frame, next.selected))
    this.baseDirty = true
    this.ask()
  }
  /** The run's tree changed. */
  data(): void {
    const now = performance.now()
    const due = Math.max(0, this.lastData + Math.max(pace, this.cost * 1.3) - now)
    this.timer ??= setTimeout(() => {
      this.timer = undefined
      this.lastData = performance.now()
      this.refresh(this.lastData)
      this.baseDirty = true
      this.ask()
    }, due)
  }
  /** Something lies over it anew: what is in flight, the best path, labels that came. */
  touch(base = false): void {
    this.baseDirty ||= base
    this.ask()
  }
  hover(row: number): void {
    if (row === this.hovered) return
    this.hovered = row
    this.ask()
  }
  stop(): void {
    cancelAnimationFrame(this.raf)
    clearTimeout(this.timer)
    clearTimeout(this.lateTimer)
  }

  get frame(): { width: number; height: number } {
    return { width: this.width, height: this.height }
  }
  /** Rows that the slider lets through. */
  get rows(): number {
    return this.shown.look.rows ?? Number.MAX_SAFE_INTEGER
  }
  private lay(): Layout {
    const { look } = this.shown
    const { hidden, untaken } = hiddenBits(look.hide)
    return layOut(this.model.columns, look.shape, look.root, hidden, untaken)
  }
  private relay(now: number): void {
    const { columns } = this.model
    const before = this.layout
    const next = this.lay()
    const moves =
      !this.still.matches && next.shown <= gliding && before.shown > 0 && before.root === next.root && before.shape === next.shape
    const was = this.camera
    const anchor = this.anchor()
    this.camera = carried(was, before, next, this.frame, anchor)
    if (moves) this.tween = begin(this.tween, before, viewOf(was, before, this.frame), next, columns, now)
    else this.tween = undefined
    this.layout = next
    this.laidOut = { structure: columns.structure, version: columns.version, at: now, cost: performance.now() - now }
    this.changed()
  }
  private recolour(): void {
    this.coloured = colour(this.model.columns, this.shown.look.colour, this.coloured.share)
    this.changed()
  }
  /** After data came: the layout a few times a second at most, cheaper ones oftener. */
  private refresh(now: number): void {
    const { columns } = this.model
    const stale =
      columns.structure !== this.laidOut.structure || (this.shown.look.hide.length > 0 && columns.version !== this.laidOut.version)
    if (stale) {
      const due = this.laidOut.at + Math.max(pace, this.laidOut.cost * 8) - now
      if (due <= 0) this.relay(now)
      else this.lateTimer ??= setTimeout(() => this.late(), due)
    }
    this.recolour()
  }
  private late(): void {
    this.lateTimer = undefined
    this.data()
  }
  /** What stays where it is while the tree grows around it. */
  private anchor(): number {
    const v = viewOf(this.camera, this.layout, this.frame)
    const sees = (row: number): boolean => {
      const x = v.ox + v.kx * this.layout.x[row]
      const y = v.oy + v.ky * this.layout.y[row]
      return x >= 0 && y >= 0 && x <= this.width && y <= this.height
    }
    const { selected } = this.shown
    if (selected >= 0 && selected < this.layout.size && sees(selected)) return selected
    return this.cells === undefined ? 0 : nearest(this.cells, (this.width * this.dpr) / 2, (this.height * this.dpr) / 2, 60)
  }

  // ------------------------------------------------------------------------------------------------------------ camera
  fit(): void {
    this.glideTo(fitted(this.layout, this.frame))
  }
  zoom(factor: number, px = this.width / 2, py = this.height / 2): void {
    this.glide = undefined
    this.camera = zoomed(this.camera, this.layout, this.frame, factor, px, py)
    this.baseDirty = true
    this.ask()
  }
  pan(dx: number, dy: number): void {
    this.glide = undefined
    this.camera = panned(this.camera, this.layout, this.frame, dx, dy)
    this.baseDirty = true
    this.ask()
  }
  private glideTo(to: Camera): void {
    const from = this.camera
    if (to === from) return
    if (this.still.matches) this.camera = to
    else this.glide = { from, to, since: performance.now() }
    this.baseDirty = true
    this.ask()
  }
  /** The row at a point of the frame; -1: none. */
  at(px: number, py: number): number {
    if (this.layout.shape === 'icicle')
      return icicleAt(this.layout, viewOf(this.camera, this.layout, this.frame), px, py, Math.min(this.rows, this.layout.size))
    return this.cells === undefined ? -1 : nearest(this.cells, px * this.dpr, py * this.dpr, Math.round((this.near ? 9 : 5) * this.dpr))
  }
  /** Where a row is in the frame. */
  place(row: number): { x: number; y: number } | undefined {
    if (row < 0 || row >= this.layout.size || Number.isNaN(this.layout.x[row])) return undefined
    const v = viewOf(this.camera, this.layout, this.frame)
    const icicle = this.layout.shape === 'icicle'
    const y = icicle ? (this.layout.from[row] + this.layout.to[row]) / 2 : this.layout.y[row]
    return { x: v.ox + v.kx * (this.layout.x[row] + (icicle ? 0.5 : 0)), y: v.oy + v.ky * y }
  }

  // ------------------------------------------------------------------------------------------------------------- paint
  private ask(): void {
    if (this.raf === 0) this.raf = requestAnimationFrame(now => this.paint(now))
  }
  private paint(now: number): void {
    cancelAnimationFrame(this.raf)
    this.raf = 0
    if (this.width <= 0 || this.height <= 0) return
    let moves = false
    if (this.glide !== undefined) {
      const t = Math.max(0, Math.min(1, (now - this.glide.since) / 220))
      const e = 1 - (1 - t) ** 3
      const { from, to } = this.glide
      this.camera = { z: from.z + (to.z - from.z) * e, x: from.x + (to.x - from.x) * e, y: from.y + (to.y - from.y) * e }
      if (t >= 1) {
        this.camera = to
        this.glide = undefined
      } else moves = true
      this.baseDirty = true
    }
    let layout = this.layout
    let view = viewOf(this.camera, layout, this.frame)
    if (this.tween !== undefined) {
      const mixed = blended(this.tween, layout, view, now)
      if (mixed === undefined) this.tween = undefined
      else {
        layout = mixed.layout
        view = mixed.view
        moves = true
      }
      this.baseDirty = true
    }
    if (this.baseDirty) {
      const from = performance.now()
      this.paintBase(layout, view)
      this.cost = performance.now() - from
    }
    this.baseDirty = false
    const pen = this.over.getContext('2d')!
    pen.setTransform(this.dpr, 0, 0, this.dpr, 0, 0)
    pen.clearRect(0, 0, this.width, this.height)
    const o: Over = {
      best: this.model.best.get()?.rows ?? [],
      selected: this.shown.selected,
      second: this.shown.second,
      hovered: this.hovered,
      found: this.shown.found,
      flight: this.model.flying,
      rows: Math.min(this.rows, this.layout.size),
      near: this.near,
      coloured: this.coloured,
    }
    if (overlay(pen, this.model.columns, layout, view, o, this.shown.palette, now, this.still.matches)) moves = true
    this.painted++
    this.base.dataset.paints = String(this.painted)
    if (this.model.loaded.get() && this.base.dataset.painted === undefined && this.layout.size > 0) {
      this.base.dataset.painted = ''
      performance.mark('espalier:tree')
    }
    if (moves) this.ask()
  }
  private paintBase(l: Layout, v: View): void {
    const { columns } = this.model
    const { palette } = this.shown
    const pen = this.base.getContext('2d', { alpha: false, willReadFrequently: true })!
    const d = this.dpr
    const device: View = { kx: v.kx * d, ky: v.ky * d, ox: v.ox * d, oy: v.oy * d }
    const rows = Math.min(this.rows, l.size)
    this.picture ??= picture(this.base.width, this.base.height)
    pen.setTransform(d, 0, 0, d, 0, 0)
    if (l.shape === 'icicle') {
      this.near = false
      rasterIcicle(this.picture, columns, l, device, this.coloured, palette, rows, d)
      pen.putImageData(this.picture.image, 0, 0)
      if (v.kx > 40) icicleLabels(pen, this.rooms(l, v, rows), l, v, this.height, r => this.labels.of(r), this.coloured, palette)
      let count = 0
      for (let r = l.root; r < rows; r++) if (!Number.isNaN(l.x[r])) count++
      this.base.dataset.rows = String(count)
      return
    }
    const c = this.cells!
    fill(c, l, device, this.coloured, rows)
    this.base.dataset.rows = String(c.shown)
    this.near = !c.crowded && (l.shape === 'radial' ? c.insideCount <= 900 : v.ky >= 3)
    if (!this.near) {
      rasterTree(this.picture, c, columns, l, device, this.coloured, palette, d)
      pen.putImageData(this.picture.image, 0, 0)
      return
    }
    pen.fillStyle = palette.ground
    // To the last pixel: a frame may be a part of one higher than its canvas, or lower.
    pen.fillRect(0, 0, Math.ceil(this.width) + 1, Math.ceil(this.height) + 1)
    this.gather(c, l, rows)
    vectorTree(pen, this.links, this.linkCount, columns, l, v, this.coloured, palette)
    const reads = l.shape === 'radial' ? c.insideCount <= 90 : v.ky >= 11.5 && v.kx >= 60
    if (reads) {
      const best = new Set(this.model.best.get()?.rows ?? [])
      const strong = (r: number): boolean => best.has(r) || r === this.shown.selected
      treeLabels(pen, c.inside, c.insideCount, l, v, this.frame, r => this.labels.of(r), strong, palette)
    }
  }
  /** Rows in the frame, and the children outside of it whose edges lead out. */
  private gather(c: Cells, l: Layout, rows: number): void {
    let count = 0
    const inside = new Set<number>()
    for (let i = 0; i < c.insideCount; i++) {
      this.links[count++] = c.inside[i]
      inside.add(c.inside[i])
    }
    for (let i = 0; i < c.insideCount; i++) {
      const r = c.inside[i]
      for (let k = l.first[r]; k < l.first[r + 1] && count < this.links.length; k++) {
        const kid = l.kids[k]
        if (kid < rows && !inside.has(kid) && !Number.isNaN(l.x[kid])) this.links[count++] = kid
      }
    }
    // Parents before their children, so that discs lie over edges in one order.
    this.links.subarray(0, count).sort()
    this.linkCount = count
  }
  /** Rows of an icicle with room for a line of text. */
  private rooms(l: Layout, v: View, rows: number): number[] {
    const out: number[] = []
    for (let r = l.root; r < rows && out.length < 600; r++) {
      const x = l.x[r]
      if (Number.isNaN(x)) continue
      const top = v.oy + v.ky * l.from[r]
      const bottom = v.oy + v.ky * l.to[r]
      if (bottom - top < 13 || bottom < 8 || top > this.height - 8) continue
      const left = v.ox + v.kx * x
      if (left > -v.kx && left < this.width) out.push(r)
    }
    return out
  }
}

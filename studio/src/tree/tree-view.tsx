// The tree as one sees it: canvas, hover card, legend, the way back from a subtree. Takes a run that is followed and how to look at it; says what was chosen.
import { type PointerEvent, useEffect, useMemo, useRef, useState } from 'react'
import { Reading } from '../shell/said.tsx'
import { useValue } from '../shell/state.ts'
import { useShown } from '../shell/theme.ts'
import { HoverCard } from './hover-card.tsx'
import { Labels } from './labels.ts'
import { Legend } from './legend.tsx'
import type { Look } from './look.ts'
import type { RunModel } from './model.ts'
import { palette } from './palette.ts'
import { Stage } from './stage.ts'
import { Trail } from './trail.tsx'
import { useTreeKeys } from './tree-keys.ts'
import './tree.css'

export interface TreeViewProps {
  model: RunModel
  look: Look
  onLook(change: Partial<Look>): void
  /** -1: none. */
  selected: number
  onSelect(row: number): void
  /** A second row, chosen with Shift: to be compared or preferred. */
  second?: number
  onSecond?(row: number): void
  /** Rows that a search found. */
  found?: readonly number[]
  /** The pointer is over a row, or over none (-1). */
  onHover?(row: number): void
  /** A row that is pointed at elsewhere. */
  linked?: number
  /** false: the keys are another view's. */
  keys?: boolean
}
const none: readonly number[] = []

export function TreeView(o: TreeViewProps) {
  const { model, look } = o
  const base = useRef<HTMLCanvasElement>(null)
  const over = useRef<HTMLCanvasElement>(null)
  const frame = useRef<HTMLDivElement>(null)
  const stage = useRef<Stage>(undefined)
  const theme = useShown()
  const loaded = useValue(model.loaded)
  const [hovered, setHovered] = useState<{ row: number; x: number; y: number } | undefined>()
  const [, setTurn] = useState(0)
  const labels = useMemo(() => new Labels(model.run, () => stage.current?.touch(true)), [model])
  useEffect(() => () => labels.stop(), [labels])
  const shown = useMemo(
    () => ({ look, palette: palette(theme), selected: o.selected, second: o.second ?? -1, found: o.found ?? none }),
    [look, theme, o.selected, o.second, o.found],
  )
  const first = useRef(shown)
  first.current = shown

  // The stage lives as long as the model; React tells it what changed.
  useEffect(() => {
    if (base.current === null || over.current === null || frame.current === null) return
    let asked = 0
    const s = new Stage({
      base: base.current,
      over: over.current,
      model,
      labels,
      shown: first.current,
      // The legend follows, a few times a second.
      changed: () => {
        if (asked === 0)
          asked = window.setTimeout(() => {
            asked = 0
            setTurn(t => t + 1)
          }, 150)
      },
    })
    stage.current = s
    const size = new ResizeObserver(([entry]) => s.resize(entry.contentRect.width, entry.contentRect.height))
    size.observe(frame.current)
    const stops = [model.version.subscribe(() => s.data()), model.best.subscribe(() => s.touch()), model.flight.subscribe(() => s.touch())]
    return () => {
      for (const stop of stops) stop()
      clearTimeout(asked)
      size.disconnect()
      s.stop()
      stage.current = undefined
    }
  }, [model, labels])
  useEffect(() => stage.current?.show(shown), [shown])
  useEffect(() => {
    if (o.linked !== undefined) stage.current?.hover(o.linked)
  }, [o.linked])

  // Wheel events must not scroll the page: a listener that is not passive.
  useEffect(() => {
    const node = over.current
    if (node === null) return
    const wheel = (e: WheelEvent): void => {
      e.preventDefault()
      const s = stage.current
      if (s === undefined) return
      if (e.shiftKey || (Math.abs(e.deltaX) > Math.abs(e.deltaY) && !e.ctrlKey)) {
        s.pan(-(e.deltaX || e.deltaY), 0)
        return
      }
      const box = node.getBoundingClientRect()
      const lines = e.deltaMode === 1 ? 16 : 1
      s.zoom(Math.exp((-e.deltaY * lines * (e.ctrlKey ? 4 : 1)) / 420), e.clientX - box.left, e.clientY - box.top)
    }
    node.addEventListener('wheel', wheel, { passive: false })
    return () => node.removeEventListener('wheel', wheel)
  }, [])

  const drag = useRef<{ x: number; y: number; moved: boolean } | undefined>(undefined)
  const point = (e: PointerEvent): { x: number; y: number } => {
    const box = e.currentTarget.getBoundingClientRect()
    return { x: e.clientX - box.left, y: e.clientY - box.top }
  }
  const hover = (row: number, x: number, y: number): void => {
    stage.current?.hover(row)
    o.onHover?.(row)
    setHovered(row < 0 ? undefined : { row, x, y })
  }
  const move = (e: PointerEvent): void => {
    const s = stage.current
    if (s === undefined) return
    const { x, y } = point(e)
    if (drag.current !== undefined) {
      const dx = e.clientX - drag.current.x
      const dy = e.clientY - drag.current.y
      if (drag.current.moved || Math.hypot(dx, dy) > 4) {
        drag.current = { x: e.clientX, y: e.clientY, moved: true }
        s.pan(dx, dy)
        hover(-1, 0, 0)
      }
      return
    }
    hover(s.at(x, y), x, y)
  }
  const up = (e: PointerEvent): void => {
    const was = drag.current
    drag.current = undefined
    const s = stage.current
    if (was === undefined || was.moved || s === undefined) return
    const { x, y } = point(e)
    const row = s.at(x, y)
    if (row < 0) return
    if (e.shiftKey && o.onSecond !== undefined) o.onSecond(row === o.second ? -1 : row)
    else o.onSelect(row)
  }
  useTreeKeys({
    stage: () => stage.current,
    model,
    look,
    onLook: o.onLook,
    selected: o.selected,
    onSelect: o.onSelect,
    on: o.keys !== false,
  })

  return (
    <div className="tree" ref={frame} data-layout={look.shape}>
      <canvas ref={base} className="tree-base" />
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: without a role nobody is told of it; this one leaves the keys to the page */}
      <canvas
        ref={over}
        className="tree-over"
        tabIndex={0}
        role="application"
        aria-label="Tree of the search. Arrow keys go to parent, children and siblings."
        onPointerDown={e => {
          if (e.button !== 0) return
          drag.current = { x: e.clientX, y: e.clientY, moved: false }
          e.currentTarget.setPointerCapture(e.pointerId)
        }}
        onPointerMove={move}
        onPointerUp={up}
        onPointerLeave={() => hover(-1, 0, 0)}
        onDoubleClick={e => {
          const box = e.currentTarget.getBoundingClientRect()
          const row = stage.current?.at(e.clientX - box.left, e.clientY - box.top) ?? -1
          if (row >= 0) o.onLook({ root: row })
        }}
      />
      {look.root !== 0 && <Trail model={model} root={look.root} labels={labels} onRoot={root => o.onLook({ root })} />}
      <div className="tree-corner">
        <button type="button" className="button" data-small title="All of it (f)" onClick={() => stage.current?.fit()}>
          Fit
        </button>
      </div>
      {!loaded && (
        <div className="tree-reading">
          <Reading>the tree</Reading>
        </div>
      )}
      {loaded && stage.current !== undefined && (
        <Legend model={model} coloured={stage.current.coloured} hovered={hovered?.row ?? o.linked ?? -1} />
      )}
      {hovered !== undefined && <HoverCard model={model} labels={labels} at={hovered} frame={stage.current?.frame} />}
    </div>
  )
}

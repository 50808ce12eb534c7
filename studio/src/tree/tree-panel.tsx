// A run's tree with what one may choose about its view: for pages that show trees beside each other. The look is the page's, or the panel's own.
import { useEffect, useMemo, useRef, useState } from 'react'
import { Wrong } from '../shell/said.tsx'
import { useValue } from '../shell/state.ts'
import { Labels } from './labels.ts'
import { firstLook, type Look } from './look.ts'
import { type RunModel, useRun } from './model.ts'
import { Timeline } from './timeline.tsx'
import { TreeBar } from './tree-bar.tsx'
import { TreeView } from './tree-view.tsx'

export interface TreePanelProps {
  run: string
  /** Absent: the panel keeps its own. */
  look?: Look
  onLook?(change: Partial<Look>): void
  selected?: number
  onSelect?(row: number): void
  /** Of several panels one has the keys. */
  keys?: boolean
  /** The actions from the root to the row under the pointer, or null: give it to the other panel as `linked`. */
  onPath?(actions: readonly string[] | null): void
  /** Actions from the root to a row that is pointed at elsewhere: it is shown here, if it is here. */
  linked?: readonly string[] | null
  /** false: without the choices above it. */
  bar?: boolean
  timeline?: boolean
  onModel?(model: RunModel): void
}
/** The row to which the same actions lead; -1: there is none. */
async function rowAt(model: RunModel, labels: Labels, actions: readonly string[]): Promise<number> {
  const { columns } = model
  let row = 0
  for (const action of actions) {
    const kids: number[] = []
    for (let r = row + 1; r < columns.size; r++) if (columns.parent[r] === row) kids.push(r)
    const i = (await labels.all(kids)).indexOf(action)
    if (i < 0) return -1
    row = kids[i]
  }
  return row
}
export function TreePanel(o: TreePanelProps) {
  const model = useRun(o.run)
  const loaded = useValue(model.loaded)
  const error = useValue(model.error)
  const [own, setOwn] = useState<Look>(firstLook)
  const [mine, setMine] = useState(-1)
  const [linked, setLinked] = useState<number | undefined>()
  const labels = useMemo(() => new Labels(o.run, () => {}), [o.run])
  const look = o.look ?? own
  const onLook = o.onLook ?? ((change: Partial<Look>) => setOwn(was => ({ ...was, ...change })))
  const tell = useRef(o.onModel)
  tell.current = o.onModel
  useEffect(() => tell.current?.(model), [model])
  const path = o.linked
  useEffect(() => {
    if (path === undefined) return
    if (path === null) {
      setLinked(-1)
      return
    }
    let here = true
    const timer = setTimeout(
      () =>
        rowAt(model, labels, path).then(
          row => here && setLinked(row),
          () => here && setLinked(-1),
        ),
      60,
    )
    return () => {
      here = false
      clearTimeout(timer)
    }
  }, [path, model, labels])
  const hovering = useRef(-1)
  const hover = (row: number): void => {
    if (o.onPath === undefined || row === hovering.current) return
    hovering.current = row
    if (row < 0) {
      o.onPath(null)
      return
    }
    labels.all(model.columns.path(row).slice(1)).then(
      actions => hovering.current === row && o.onPath?.(actions),
      () => {},
    )
  }
  if (error !== undefined && !loaded) return <Wrong error={error} />
  return (
    <section className="tree-panel" aria-label={`Tree of ${o.run}`}>
      {o.bar !== false && (
        <div className="tree-panel-bar">
          <TreeBar look={look} onLook={onLook} />
        </div>
      )}
      <div className="tree-panel-canvas">
        <TreeView
          model={model}
          look={look}
          onLook={onLook}
          selected={o.selected ?? mine}
          onSelect={o.onSelect ?? setMine}
          onHover={hover}
          linked={linked}
          keys={o.keys}
        />
      </div>
      {o.timeline !== false && <Timeline model={model} rows={look.rows} onRows={rows => onLook({ rows })} keys={o.keys} />}
    </section>
  )
}

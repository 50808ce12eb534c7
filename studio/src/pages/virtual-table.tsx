// A table of any length: only the rows that are to be seen are there.
// biome-ignore-all lint/a11y/useSemanticElements: rows that lie where they are put are no rows of a <table>
// biome-ignore-all lint/a11y/useFocusableInteractive: the page's keys move its cursor
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useFollowed } from '../shell/cursor.ts'

export interface VirtualColumn<R> {
  key: string
  head: ReactNode
  align?: 'right'
  /** Of a CSS grid: `7rem`, `minmax(8rem, 2fr)`. */
  width: string
  title?(row: R): string
  /** What people and models wrote: it may run from right to left. */
  written?: boolean
  cell(row: R): ReactNode
}
/** Rows above and below what is seen. */
const spare = 8

export function VirtualTable<R>(o: {
  label: string
  columns: readonly VirtualColumn<R>[]
  rows: readonly R[]
  rowKey(row: R): string
  cursor: string | null
  isChosen(row: R): boolean
  onOpen(row: R): void
  /** The end is near. */
  onEnd(): void
}) {
  const frame = useRef<HTMLDivElement>(null)
  const [seen, setSeen] = useState({ top: 0, height: 800 })
  const [rowHeight, setRowHeight] = useState(34)
  const { rows, onEnd } = o
  useLayoutEffect(() => {
    const node = frame.current
    if (node === null) return
    setRowHeight(Math.round(2.4 * Number.parseFloat(getComputedStyle(document.documentElement).fontSize)))
    const look = (): void => setSeen({ top: node.scrollTop, height: node.clientHeight })
    look()
    const size = new ResizeObserver(look)
    size.observe(node)
    node.addEventListener('scroll', look, { passive: true })
    return () => {
      size.disconnect()
      node.removeEventListener('scroll', look)
    }
  }, [])
  const first = Math.max(0, Math.floor(seen.top / rowHeight) - spare)
  const last = Math.min(rows.length, Math.ceil((seen.top + seen.height) / rowHeight) + spare)
  useEffect(() => {
    if (last >= rows.length - spare) onEnd()
  }, [last, rows.length, onEnd])
  // The cursor is followed, and nothing else moves the page.
  const { cursor, rowKey } = o
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows that come in do not move what is looked at
  useEffect(() => {
    const node = frame.current
    const i = cursor === null ? -1 : rows.findIndex(r => rowKey(r) === cursor)
    if (node === null || i < 0) return
    const [top, bottom] = [i * rowHeight, (i + 2) * rowHeight]
    if (top < node.scrollTop) node.scrollTop = top
    else if (bottom > node.scrollTop + node.clientHeight) node.scrollTop = bottom - node.clientHeight
  }, [cursor, rowHeight])
  useFollowed(frame, cursor)
  const columns = { gridTemplateColumns: o.columns.map(c => c.width).join(' ') }
  return (
    <div className="virtual" ref={frame} role="table" aria-label={o.label} aria-rowcount={rows.length}>
      <div className="virtual-head" role="row" style={columns}>
        {o.columns.map(c => (
          <span key={c.key} role="columnheader" data-align={c.align}>
            {c.head}
          </span>
        ))}
      </div>
      <div className="virtual-body" role="rowgroup" style={{ height: rows.length * rowHeight }}>
        {rows.slice(first, last).map((row, i) => {
          const key = rowKey(row)
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the page's keys open it
            <div
              key={key}
              role="row"
              className="virtual-row"
              data-key={key}
              data-cursor={cursor === key ? '' : undefined}
              aria-rowindex={first + i + 1}
              data-chosen={o.isChosen(row) ? '' : undefined}
              style={{ ...columns, height: rowHeight, top: (first + i) * rowHeight }}
              onClick={() => o.onOpen(row)}
            >
              {o.columns.map(c => (
                <span key={c.key} role="cell" data-align={c.align} dir={c.written ? 'auto' : undefined} title={c.title?.(row)}>
                  {c.cell(row)}
                </span>
              ))}
            </div>
          )
        })}
      </div>
    </div>
  )
}

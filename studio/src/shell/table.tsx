// A table whose numbers stand in line. Sorting is part of the address when the page makes it so.
import { type ReactNode, useRef } from 'react'
import { useFollowed } from './cursor.ts'

export interface Column<R> {
  key: string
  head: ReactNode
  /** right: numbers. */
  align?: 'right'
  title?: string
  cell(row: R): ReactNode
  /** Given: the head sorts. */
  sort?(row: R): number | string | null
  width?: string
}
export interface Sorting {
  key: string
  down: boolean
}
/** Rows in the order of a column; unknown last in either direction. */
export function sorted<R>(rows: readonly R[], columns: readonly Column<R>[], by: Sorting | null): readonly R[] {
  const sort = columns.find(c => c.key === by?.key)?.sort
  if (sort === undefined || by === null) return rows
  return rows
    .map((row, i) => ({ row, i, v: sort(row) }))
    .sort((a, b) => {
      if (a.v === null || b.v === null) return a.v === b.v ? a.i - b.i : a.v === null ? 1 : -1
      const d = a.v < b.v ? -1 : a.v > b.v ? 1 : 0
      return (by.down ? -d : d) || a.i - b.i
    })
    .map(x => x.row)
}
export function Table<R>(o: {
  /** What it is, for those who do not see it. */
  label: string
  columns: readonly Column<R>[]
  rows: readonly R[]
  rowKey(row: R): string
  onOpen?(row: R): void
  /** The row that is shown elsewhere. */
  selected?: string | null
  /** Where the keys are. */
  cursor?: string | null
  sorting?: Sorting | null
  onSort?(by: Sorting): void
}) {
  const frame = useRef<HTMLDivElement>(null)
  useFollowed(frame, o.cursor)
  return (
    <div className="table-frame" ref={frame}>
      <table className="table" aria-label={o.label}>
        <thead>
          <tr>
            {o.columns.map(c => {
              const by = o.sorting?.key === c.key ? o.sorting : null
              return (
                <th
                  key={c.key}
                  scope="col"
                  title={c.title}
                  data-align={c.align}
                  style={c.width === undefined ? undefined : { width: c.width }}
                  aria-sort={by === null ? undefined : by.down ? 'descending' : 'ascending'}
                >
                  {c.sort !== undefined && o.onSort !== undefined ? (
                    <button type="button" onClick={() => o.onSort?.({ key: c.key, down: by === null ? c.align === 'right' : !by.down })}>
                      {c.head}
                    </button>
                  ) : (
                    c.head
                  )}
                </th>
              )
            })}
          </tr>
        </thead>
        <tbody>
          {o.rows.map(row => {
            const key = o.rowKey(row)
            return (
              <tr
                key={key}
                data-key={key}
                data-open={o.onOpen === undefined ? undefined : ''}
                data-cursor={o.cursor === key ? '' : undefined}
                aria-current={o.selected === key ? 'true' : undefined}
                onClick={o.onOpen === undefined ? undefined : () => o.onOpen?.(row)}
              >
                {o.columns.map(c => (
                  <td key={c.key} data-align={c.align}>
                    {c.cell(row)}
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

// A node among its siblings (or a node's children): the same numbers in the same columns, with the terms by which the method chose.
import type { NodeDetail } from '../../../src/serve/api/wire.ts'
import { count, fixed } from '../shell/format.ts'
import { type Column, Table } from '../shell/table.tsx'

type Row = NodeDetail['siblings'][number]
export function Siblings({
  label,
  rows,
  selected,
  onSelect,
}: {
  label: string
  rows: readonly Row[]
  selected: number
  onSelect(row: number): void
}) {
  const terms = [...new Set(rows.flatMap(r => Object.keys(r.terms ?? {})))]
  const some = (f: (r: Row) => number | null | undefined): boolean => rows.some(r => f(r) != null)
  const columns: Column<Row>[] = [
    {
      key: 'action',
      head: 'action',
      cell: r => (
        <button type="button" className="sibling mono one-line" dir="auto" title={r.action} onClick={() => onSelect(r.row)}>
          {r.action || '–'}
        </button>
      ),
    },
    { key: 'N', head: 'N', title: 'visits', align: 'right', cell: r => count(r.N) },
    ...(some(r => r.Q) ? [{ key: 'Q', head: 'Q', title: 'backed-up value', align: 'right', cell: (r: Row) => fixed(r.Q) } as const] : []),
    ...(some(r => r.V) ? [{ key: 'V', head: 'V', title: "critic's value", align: 'right', cell: (r: Row) => fixed(r.V) } as const] : []),
    ...(some(r => r.P) ? [{ key: 'P', head: 'P', title: 'prior', align: 'right', cell: (r: Row) => fixed(r.P) } as const] : []),
    ...terms.map(
      t => ({ key: `term ${t}`, head: t, title: 'a term of the choice', align: 'right', cell: (r: Row) => fixed(r.terms?.[t]) }) as const,
    ),
  ]
  return (
    <Table
      label={label}
      columns={columns}
      rows={rows}
      rowKey={r => String(r.row)}
      selected={String(selected)}
      onOpen={r => onSelect(r.row)}
    />
  )
}

// All comparisons: did searching pay?
import { useEffect, useMemo } from 'react'
import type { ComparisonRow } from '../../../src/serve/api/wire.ts'
import { useGet } from '../api.ts'
import type { PageProps } from '../routes.tsx'
import { Ago } from '../shell/ago.tsx'
import { useCursor } from '../shell/cursor.ts'
import { count } from '../shell/format.ts'
import { Link, navigate } from '../shell/router.tsx'
import { Empty, Reading, Wrong } from '../shell/said.tsx'
import { Status } from '../shell/status.tsx'
import { type Column, Table } from '../shell/table.tsx'
import './pages.css'

const columns: readonly Column<ComparisonRow>[] = [
  { key: 'status', head: 'Status', width: '7rem', cell: c => <Status status={c.status} /> },
  {
    key: 'world',
    head: 'World',
    cell: c => (
      <Link to={`/compare/${c.id}`} className="row-link" onClick={e => e.stopPropagation()}>
        {c.world}
      </Link>
    ),
  },
  {
    key: 'methods',
    head: 'Methods',
    cell: c => (
      <span title={c.methods.join(', ')}>
        {c.methods.slice(0, 4).join(', ')}
        {c.methods.length > 4 && <span className="faint"> and {c.methods.length - 4} more</span>}
      </span>
    ),
  },
  { key: 'items', head: 'Tasks', align: 'right', cell: c => count(c.items) },
  { key: 'seeds', head: 'Seeds', align: 'right', cell: c => count(c.seeds) },
  {
    key: 'cells',
    head: 'Runs',
    align: 'right',
    cell: c => (c.done < c.cells ? `${count(c.done)} of ${count(c.cells)}` : count(c.cells)),
  },
  {
    key: 'verdict',
    head: 'Did searching pay?',
    width: '34%',
    cell: c => <span className="quiet">{c.verdict?.split('. ')[0].replace(/\.?$/, '.')}</span>,
  },
  {
    key: 'when',
    head: 'Begun',
    align: 'right',
    cell: c => <Ago at={c.created} />,
  },
]

const open = (id: string): void => navigate(`/compare/${id}`)

export default function ComparePage(_: PageProps) {
  const found = useGet<{ comparisons: ComparisonRow[] }>('/api/comparisons')
  const rows = found.data?.comparisons
  const { reload } = found
  const going = rows?.some(c => c.status === 'running') ?? false
  useEffect(() => {
    if (!going) return
    const timer = setInterval(reload, 2000)
    return () => clearInterval(timer)
  }, [going, reload])
  const ids = useMemo(() => rows?.map(c => c.id), [rows])
  const cursor = useCursor('Comparisons', ids, open, () => [{ keys: ['n'], about: 'new comparison', do: () => navigate('/compare/new') }])
  return (
    <div className="page">
      <header className="page-head">
        <h1>Comparisons</h1>
        <div className="acts">
          <Link to="/compare/new" className="button" data-kind="main">
            New comparison
          </Link>
        </div>
      </header>
      {rows === undefined ? (
        found.error !== undefined ? (
          <Wrong error={found.error} retry={reload} />
        ) : (
          <Reading>the comparisons</Reading>
        )
      ) : rows.length === 0 ? (
        <Empty
          title="Did searching pay?"
          acts={
            <Link to="/compare/new" className="button" data-kind="main">
              Compare methods
            </Link>
          }
        >
          A comparison runs methods on the same tasks, each within the same budget, beside best-of-n and voting. Any runs can also be put
          side by side: choose them on the page of <Link to="/runs">runs</Link>.
        </Empty>
      ) : (
        <Table label="Comparisons" columns={columns} rows={rows} rowKey={c => c.id} cursor={cursor} onOpen={c => open(c.id)} />
      )}
    </div>
  )
}

// Two trees side by side, of two runs on one task.
import { useCallback, useMemo, useState } from 'react'
import type { PageProps } from '../routes.tsx'
import { amount } from '../shell/format.ts'
import { spentOf } from '../shell/meter.tsx'
import { Link, navigate, useParam, usePlace, withQuery } from '../shell/router.tsx'
import { Empty, Wrong } from '../shell/said.tsx'
import { useValue } from '../shell/state.ts'
import { Status, Verdict } from '../shell/status.tsx'
import { type Look, lookQuery, readLook } from '../tree/look.ts'
import { useRun } from '../tree/model.ts'
import { TreeBar } from '../tree/tree-bar.tsx'
import { TreeView } from '../tree/tree-view.tsx'
import './pages.css'

export default function TreesPage(_: PageProps) {
  const [a] = useParam('a')
  const [b] = useParam('b')
  const { query } = usePlace()
  // Layout and colour are shared; where each tree is looked at is its own.
  const look = useMemo(() => ({ ...readLook(new URLSearchParams(query)), root: 0, rows: null }), [query])
  const onLook = useCallback((change: Partial<Look>) => navigate(withQuery(lookQuery(change)), { replace: true }), [])
  if (a === null || b === null)
    return (
      <div className="page">
        <Empty
          title="Two trees"
          acts={
            <Link to="/runs" className="button">
              Choose two runs
            </Link>
          }
        >
          Choose two runs to see their trees side by side.
        </Empty>
      </div>
    )
  return (
    <div className="page page-fill page-wide">
      <header className="page-head" style={{ marginBottom: '0.75rem', alignItems: 'center' }}>
        <h1>Two trees</h1>
        <div className="acts">
          <TreeBar look={look} onLook={onLook} />
        </div>
      </header>
      <div className="trees">
        <Side run={a} look={look} onLook={onLook} first />
        <Side run={b} look={look} onLook={onLook} />
      </div>
    </div>
  )
}

function Side({ run, look, onLook, first }: { run: string; look: Look; onLook(change: Partial<Look>): void; first?: boolean }) {
  const model = useRun(run)
  const row = useValue(model.row)
  const error = useValue(model.error)
  const [selected, setSelected] = useState(-1)
  const [root, setRoot] = useState(0)
  const mine = useMemo(() => ({ ...look, root }), [look, root])
  const change = useCallback(
    ({ root: to, ...rest }: Partial<Look>) => {
      if (to !== undefined) setRoot(to)
      if (Object.keys(rest).length > 0) onLook(rest)
    },
    [onLook],
  )
  const unit = Object.keys(row?.budget ?? { calls: 0 })[0] ?? 'calls'
  return (
    <section aria-label={row?.method ?? run}>
      {row !== undefined && (
        <header>
          <Link to={`/runs/${run}`} style={{ fontWeight: 600 }}>
            {row.method}
          </Link>
          <Status status={row.status} />
          <Verdict solved={row.solved} by={row.verifiedBy} />
          <span className="quiet">
            {amount(unit, spentOf(unit, row.spent))} {unit}
          </span>
          <span className="quiet one-line" title={row.task}>
            {row.world} {row.task}
          </span>
        </header>
      )}
      <div className="tree-place">
        {error !== undefined ? (
          <Wrong error={error} />
        ) : (
          <TreeView model={model} look={mine} onLook={change} selected={selected} onSelect={setSelected} keys={first ?? false} />
        )}
      </div>
    </section>
  )
}

// Two trees side by side, of two runs on one task. What is pointed at in one is shown in the other, where the same steps lead.
import { useCallback, useMemo, useState } from 'react'
import type { RunRow } from '../../../src/serve/api/wire.ts'
import { useGet } from '../api.ts'
import type { PageProps } from '../routes.tsx'
import { amount, unitName } from '../shell/format.ts'
import { spentOf } from '../shell/meter.tsx'
import { Link, navigate, useParam, usePlace, withQuery } from '../shell/router.tsx'
import { useValue } from '../shell/state.ts'
import { Status, Verdict } from '../shell/status.tsx'
import { type Look, lookQuery, readLook } from '../tree/look.ts'
import type { RunModel } from '../tree/model.ts'
import { TreeBar } from '../tree/tree-bar.tsx'
import { TreePanel } from '../tree/tree-panel.tsx'
import './pages.css'
import { RunFinder } from './run-finder.tsx'

export default function TreesPage(_: PageProps) {
  const [a] = useParam('a')
  const [b] = useParam('b')
  const { query } = usePlace()
  // Layout and colour are shared; where each tree is looked at is its own.
  const look = useMemo(() => ({ ...readLook(new URLSearchParams(query)), root: 0, rows: null }), [query])
  const onLook = useCallback((change: Partial<Look>) => navigate(withQuery(lookQuery(change)), { replace: true }), [])
  const [path, setPath] = useState<{ of: 'a' | 'b'; actions: readonly string[] | null } | null>(null)
  const [at, setAt] = useState<'a' | 'b'>('a')
  const missing = a === null ? 'a' : b === null ? 'b' : null
  if (missing !== null) return <Choose missing={missing} other={missing === 'a' ? b : a} />
  const side = (name: 'a' | 'b', run: string) => (
    <Side
      run={run}
      look={look}
      onLook={onLook}
      keys={at === name}
      onEnter={() => setAt(name)}
      onPath={actions => setPath({ of: name, actions })}
      linked={path === null || path.of === name ? null : path.actions}
    />
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
        {side('a', a!)}
        {side('b', b!)}
      </div>
    </div>
  )
}

/** Of the two runs one is not chosen yet: those of the same task first. */
function Choose({ missing, other }: { missing: 'a' | 'b'; other: string | null }) {
  const known = useGet<RunRow>(other === null ? null : `/api/runs/${encodeURIComponent(other)}`)
  return (
    <div className="page">
      <header className="page-head">
        <h1>Two trees</h1>
        <span className="quiet">
          {known.data === undefined ? 'Which run?' : `Which run beside ${known.data.method} on ${known.data.world} ${known.data.task}?`}
        </span>
      </header>
      {(other === null || known.data !== undefined || known.error !== undefined) && (
        <div style={{ maxWidth: '42rem' }}>
          <RunFinder
            text={known.data?.task.slice(0, 60)}
            without={other === null ? [] : [other]}
            none="No run fits: other words, or none?"
            onPick={run => navigate(withQuery({ [missing]: run }), { replace: true })}
          />
        </div>
      )}
    </div>
  )
}

function Side(o: {
  run: string
  look: Look
  onLook(change: Partial<Look>): void
  keys: boolean
  onEnter(): void
  onPath(actions: readonly string[] | null): void
  linked: readonly string[] | null
}) {
  const [model, setModel] = useState<RunModel>()
  const [own, setOwn] = useState<Pick<Look, 'root' | 'rows'>>({ root: 0, rows: null })
  const look = useMemo(() => ({ ...o.look, ...own }), [o.look, own])
  const change = (next: Partial<Look>): void => {
    const { root, rows, ...rest } = next
    if (root !== undefined || rows !== undefined) setOwn(was => ({ root: root ?? was.root, rows: rows === undefined ? was.rows : rows }))
    if (Object.keys(rest).length > 0) o.onLook(rest)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the tree under the pointer has the keys
    <section onPointerEnter={o.onEnter} onFocus={o.onEnter}>
      {model !== undefined && <Head model={model} />}
      <div className="tree-place">
        <TreePanel
          run={o.run}
          look={look}
          onLook={change}
          bar={false}
          keys={o.keys}
          onPath={o.onPath}
          linked={o.linked}
          onModel={setModel}
        />
      </div>
    </section>
  )
}
function Head({ model }: { model: RunModel }) {
  const row = useValue(model.row)
  if (row === undefined) return <header>&nbsp;</header>
  const unit = Object.keys(row.budget)[0] ?? 'calls'
  return (
    <header>
      <Link to={`/runs/${row.run}`} style={{ fontWeight: 600 }}>
        {row.method}
      </Link>
      <Status status={row.status} />
      <Verdict solved={row.solved} by={row.verifiedBy} />
      <span className="quiet">
        {amount(unit, spentOf(unit, row.spent))} {unitName(unit)}
      </span>
      <span className="quiet one-line" title={row.task}>
        {row.world} <bdi>{row.task}</bdi>
      </span>
    </header>
  )
}

// A run: what it is and costs at the top, its tree in the middle, the chosen node at the right.
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import type { ActAnswer, ActBody, NodeDetail, RunRow } from '../../../src/serve/api/wire.ts'
import { useGet } from '../api.ts'
import type { PageProps } from '../routes.tsx'
import { Button, Popover } from '../shell/controls.tsx'
import { useKeys } from '../shell/keys.tsx'
import { Meters } from '../shell/meter.tsx'
import { Link, navigate, useParam, usePlace, withQuery } from '../shell/router.tsx'
import { Empty, Wrong } from '../shell/said.tsx'
import { useValue } from '../shell/state.ts'
import { Status, Verdict } from '../shell/status.tsx'
import { type Look, lookQuery, readLook } from '../tree/look.ts'
import { type RunModel, useOfTree, useRun } from '../tree/model.ts'
import { Timeline } from '../tree/timeline.tsx'
import { Find, TreeBar } from '../tree/tree-bar.tsx'
import { TreeView } from '../tree/tree-view.tsx'
import { AboutRun } from './about-run.tsx'
import { act } from './act.ts'
import { Curve } from './curve.tsx'
import { Edit, Fork, Prefer, Prune, Raise, Stop } from './dialogs.tsx'
import { Inspector } from './inspector.tsx'
import './run.css'

const WhatIf = lazy(() => import('./what-if.tsx').then(m => ({ default: m.WhatIf })))

type Asked = 'stop' | 'prune' | 'raise' | 'prefer' | 'edit' | 'fork' | 'what-if'
const rowOf = (text: string | null): number => (text !== null && /^\d{1,9}$/.test(text) ? Number(text) : -1)

export default function RunPage({ params }: PageProps) {
  const [turn, setTurn] = useState(0)
  const model = useRun(params.run, turn)
  const row = useValue(model.row)
  const loaded = useValue(model.loaded)
  const error = useValue(model.error)
  const { query } = usePlace()
  const look = useMemo(() => readLook(new URLSearchParams(query)), [query])
  const [nodeText] = useParam('node')
  const [secondText] = useParam('with')
  const [find, setFind] = useParam('find')
  const selected = rowOf(nodeText)
  const second = rowOf(secondText)
  const [found, setFound] = useState<readonly number[]>([])
  const [asked, setAsked] = useState<Asked | null>(null)

  const onLook = useCallback((change: Partial<Look>) => {
    // The slider and the colour are no steps back in the history; a subtree is.
    navigate(withQuery(lookQuery(change)), { replace: change.root === undefined })
  }, [])
  const onSelect = useCallback((to: number) => navigate(withQuery({ node: to < 0 ? null : String(to) }), { replace: true }), [])
  const onSecond = useCallback((to: number) => navigate(withQuery({ with: to < 0 ? null : String(to) }), { replace: true }), [])
  const onDone = (answer: ActAnswer): void => {
    if (answer.run.run !== params.run) navigate(`/runs/${encodeURIComponent(answer.run.run)}`)
    else {
      model.row.set(answer.run)
      if (answer.row !== undefined) onSelect(answer.row)
      // A run that was over and goes on: its events begin again.
      if (model.stream.get() === 'over') setTurn(t => t + 1)
    }
  }
  const at = async (body: ActBody): Promise<void> => {
    const answer = await act(params.run, body)
    if (answer !== undefined) onDone(answer)
  }
  const running = row?.status === 'running'
  const over = row?.status === 'done' || row?.status === 'failed'
  const on = selected >= 0
  const pinned = useOfTree(model, () => on && model.columns.has(selected, 'pinned'))
  const there = useOfTree(model, () => on && selected < model.columns.size)
  useKeys('Run', [
    {
      keys: ['Escape'],
      about: 'let go of the node',
      do: () => {
        if (second >= 0) onSecond(-1)
        else if (on) onSelect(-1)
        else return false
      },
    },
    { keys: ['p'], about: 'pin the node, or no longer', do: () => on && void at({ do: pinned ? 'unpin' : 'pin', row: selected }) },
    { keys: ['x'], about: 'prune the node (asks first)', do: () => on && selected > 0 && setAsked('prune') },
    { keys: ['e'], about: 'another action here: edit or fork', do: () => on && setAsked('edit') },
    { keys: ['m'], about: 'keep the node as the second, to prefer one over the other', do: () => on && onSecond(selected) },
    { keys: ['v'], about: 'prefer the node over the second, or the other way round', do: () => on && second >= 0 && setAsked('prefer') },
    { keys: ['w'], about: 'what if', do: () => setAsked('what-if') },
  ])
  if (error !== undefined && !loaded)
    return (
      <div className="page">
        <Wrong error={error} retry={() => setTurn(t => t + 1)} />
      </div>
    )
  return (
    <div className="run">
      <Head
        model={model}
        row={row}
        run={params.run}
        acts={
          row !== undefined && (
            <>
              {running && <Button onClick={() => void at({ do: 'pause' })}>Pause</Button>}
              {(row.status === 'paused' || row.status === 'orphan') && (
                <Button kind="main" onClick={() => void at({ do: 'resume' })}>
                  Resume
                </Button>
              )}
              {running && <Button onClick={() => setAsked('stop')}>Stop</Button>}
              <Button onClick={() => setAsked('what-if')}>What if</Button>
              <Popover label="More" align="right">
                {close => (
                  <>
                    {(
                      [
                        ['Raise the budget', () => setAsked('raise')],
                        ['Fork', () => setAsked('fork')],
                        ['Compare its tree with another', () => navigate(`/compare/trees?a=${encodeURIComponent(params.run)}`)],
                        ['What an export would hold', () => navigate(`/data?runs=${encodeURIComponent(params.run)}`)],
                      ] as const
                    ).map(([text, go]) => (
                      <button
                        key={text}
                        type="button"
                        className="menu-item"
                        onClick={() => {
                          close()
                          go()
                        }}
                      >
                        {text}
                      </button>
                    ))}
                  </>
                )}
              </Popover>
            </>
          )
        }
      />
      <section className="run-tree" aria-label="Tree">
        <div className="run-bar">
          <TreeBar look={look} onLook={onLook} />
          <Find
            run={params.run}
            text={find ?? ''}
            onText={text => setFind(text, { replace: true })}
            onFound={setFound}
            onSelect={onSelect}
          />
          <Stream model={model} />
        </div>
        <div className="run-canvas">
          <TreeView
            model={model}
            look={look}
            onLook={onLook}
            selected={selected}
            onSelect={onSelect}
            second={second}
            onSecond={onSecond}
            found={found}
          />
        </div>
        <Timeline model={model} rows={look.rows} onRows={rows => onLook({ rows })} />
      </section>
      <aside className="run-side" aria-label={on ? 'Node' : 'Run'}>
        {loaded && there ? (
          <Inspector
            model={model}
            row={selected}
            onSelect={onSelect}
            onClose={() => onSelect(-1)}
            acts={
              <div className="inspector-acts">
                <Button small onClick={() => void at({ do: pinned ? 'unpin' : 'pin', row: selected })}>
                  {pinned ? 'Unpin' : 'Pin'}
                </Button>
                {selected > 0 && (
                  <Button
                    small
                    disabled={over}
                    title={over ? 'The run is over: fork it first' : undefined}
                    onClick={() => setAsked('prune')}
                  >
                    Prune
                  </Button>
                )}
                <Button small onClick={() => setAsked('edit')}>
                  Edit, fork
                </Button>
                {second >= 0 && second !== selected ? (
                  <Button small onClick={() => setAsked('prefer')}>
                    Prefer to node {second}
                  </Button>
                ) : (
                  selected > 0 && (
                    <Button
                      small
                      title="Then choose another, and say which is better"
                      onClick={() => onSecond(second === selected ? -1 : selected)}
                    >
                      {second === selected ? 'Now choose another' : 'Prefer…'}
                    </Button>
                  )
                )}
              </div>
            }
          />
        ) : on && loaded ? (
          <Empty title={`There is no node ${selected}`}>The tree has {model.columns.size} so far.</Empty>
        ) : (
          row !== undefined && <AboutRun model={model} row={row} onSelect={onSelect} />
        )}
      </aside>
      {row !== undefined && asked !== null && (
        <Asking
          asked={asked}
          row={row}
          selected={selected}
          second={second}
          rows={look.rows}
          onClose={() => setAsked(null)}
          onDone={onDone}
        />
      )}
    </div>
  )
}
/** The action of a row in full; undefined: not here yet. */
function useAction(run: string, row: number): string | undefined {
  const { data, error } = useGet<NodeDetail>(row < 0 ? null : `/api/runs/${encodeURIComponent(run)}/nodes/${row}`)
  return data === undefined ? (error === undefined ? undefined : `node ${row}`) : (data.action ?? '')
}
function Asking(o: {
  asked: Asked
  row: RunRow
  selected: number
  second: number
  rows: number | null
  onClose(): void
  onDone(answer: ActAnswer): void
}): ReactNode {
  const same = { run: o.row, onClose: o.onClose, onDone: o.onDone }
  const text = useAction(o.row.run, o.selected)
  const other = useAction(o.row.run, o.second)
  if (o.asked === 'stop') return <Stop {...same} />
  if (o.asked === 'raise') return <Raise {...same} />
  if (o.asked === 'fork') return <Fork {...same} rows={o.rows} />
  if (o.asked === 'what-if')
    return (
      <Suspense fallback={null}>
        <WhatIf run={o.row} onClose={o.onClose} />
      </Suspense>
    )
  // The others speak of a node: its action first.
  if (text === undefined) return null
  if (o.asked === 'prune') return <Prune {...same} row={o.selected} action={text} />
  if (o.asked === 'edit') return <Edit {...same} row={o.selected} action={text} />
  if (other === undefined) return null
  return <Prefer {...same} row={o.selected} than={o.second} actions={[text, other]} />
}

const streams = {
  opening: ['', ''],
  live: ['live', 'It is followed as it happens'],
  waiting: ['connecting again', 'The connection broke; what was missed comes when it is back'],
  over: ['', ''],
} as const
/** Whether what is seen is what is. */
function Stream({ model }: { model: RunModel }) {
  const now = useValue(model.stream)
  const over = useValue(model.row)?.status !== 'running'
  const [text, title] = streams[now === 'live' && over ? 'over' : now]
  return (
    <span className="run-stream small faint" title={title} role="status">
      {text}
    </span>
  )
}
function Head({ model, row, run, acts }: { model: RunModel; row: RunRow | undefined; run: string; acts: ReactNode }) {
  useEffect(() => {
    if (row !== undefined) document.title = `${row.task.slice(0, 40)} · Espalier`
  }, [row])
  return (
    <header className="run-head">
      <div className="run-what">
        <h1 className="one-line" title={row?.task} dir="auto">
          {row?.task ?? '\u00a0'}
        </h1>
        <p className="run-line">
          {row !== undefined && (
            <>
              <Status status={row.status} />
              {(row.solved !== null || row.status === 'done') && <Verdict solved={row.solved} by={row.verifiedBy} />}
              <span className="quiet">
                {row.world} ·{' '}
                <Link to={`/runs?method=${encodeURIComponent(row.method)}`} className="plain-link" title="Runs of this method">
                  {row.method}
                </Link>
                {row.preset !== null && ` (${row.preset})`} · {[...new Set(Object.values(row.models))].join(', ')}
              </span>
              <span className="run-id faint mono">{run}</span>
            </>
          )}
        </p>
      </div>
      {row !== undefined && (
        <div className="run-numbers">
          <Curve model={model} />
          {/* Of a run whose process was killed the list has no numbers: its journal has them, and it is read when the run goes on. */}
          <Meters budget={row.budget} spent={row.status === 'orphan' && row.nodes === 0 ? null : row.spent} />
        </div>
      )}
      <div className="run-acts">{acts}</div>
    </header>
  )
}

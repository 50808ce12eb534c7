// All runs, newest first; live. Chosen ones are compared, exported or deleted together.
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import type { Catalogue, RunRow, RunStatus } from '../../../src/serve/api/wire.ts'
import { get, post, url, useGet, useStream } from '../api.ts'
import type { PageProps } from '../routes.tsx'
import { Ago } from '../shell/ago.tsx'
import { Button, Choice, Dialog } from '../shell/controls.tsx'
import { useCursor } from '../shell/cursor.ts'
import { amount, count, unitName } from '../shell/format.ts'
import { spentOf } from '../shell/meter.tsx'
import { Link, navigate, useParam } from '../shell/router.tsx'
import { Empty, Reading, Wrong } from '../shell/said.tsx'
import { Status, Verdict } from '../shell/status.tsx'
import { say } from '../shell/toast.tsx'
import './pages.css'
import { VirtualTable } from './virtual-table.tsx'

interface Listed {
  runs: RunRow[]
  next: string | null
}
const statuses: { value: '' | RunStatus; label: string }[] = [
  { value: '', label: 'All' },
  { value: 'running', label: 'Running' },
  { value: 'paused', label: 'Paused' },
  { value: 'orphan', label: 'Orphaned' },
  { value: 'done', label: 'Done' },
  { value: 'failed', label: 'Failed' },
]
const step = 200
const openRun = (run: string): void => navigate(`/runs/${run}`)

/** Its process was killed: its numbers are in its journal, and the list has none. */
const unread = (r: RunRow): boolean => r.status === 'orphan' && r.nodes === 0
/** What a run spent of what it may: in the unit of its limit. */
function spend(r: RunRow): { text: string; title: string; share: number | null } {
  const limits = Object.entries(r.budget).filter((e): e is [string, number] => typeof e[1] === 'number')
  const unit = limits[0]?.[0] ?? 'calls'
  const spent = spentOf(unit, r.spent)
  const limit = limits[0]?.[1]
  const all = limits.map(([u, most]) => `${amount(u, spentOf(u, r.spent))} of ${amount(u, most)} ${unitName(u)}`)
  return {
    text: unit === 'calls' ? count(spent) : amount(unit, spent),
    title: all.join('\n') || 'no limit',
    share: limit === undefined || spent === null || limit <= 0 ? null : Math.min(1, spent / limit),
  }
}

export default function RunsPage(_: PageProps) {
  const [status, setStatus] = useParam('status')
  const [world, setWorld] = useParam('world')
  const [method, setMethod] = useParam('method')
  const [text, setText] = useParam('text')
  const [parts, setParts] = useParam('parts')
  const catalogue = useGet<Catalogue>('/api/catalogue')
  const [rows, setRows] = useState<readonly RunRow[]>()
  const [next, setNext] = useState<string | null>(null)
  const [wrong, setWrong] = useState<unknown>()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [asking, setAsking] = useState(false)
  const search = useRef<HTMLInputElement>(null)
  const wanted = useDeferredValue(text)
  const query = useMemo(
    () => ({ status, world, method, text: wanted, parts: parts === 'true' ? 'true' : null, limit: step }),
    [status, world, method, wanted, parts],
  )
  const [turn, setTurn] = useState(0)

  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` asks again
  useEffect(() => {
    const abort = new AbortController()
    const timer = setTimeout(
      () =>
        get<Listed>(url('/api/runs', query), { signal: abort.signal }).then(
          found => {
            setRows(found.runs)
            setNext(found.next)
            setWrong(undefined)
          },
          e => !abort.signal.aborted && setWrong(e),
        ),
      rows === undefined ? 0 : 120,
    )
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [query, turn])

  const loading = useRef(false)
  const more = useCallback(() => {
    if (next === null || loading.current) return
    loading.current = true
    get<Listed>(url('/api/runs', { ...query, before: next }))
      .then(found => {
        setRows(was => {
          const known = new Set(was?.map(r => r.run))
          return [...(was ?? []), ...found.runs.filter(r => !known.has(r.run))]
        })
        setNext(found.next)
      })
      .catch(setWrong)
      .finally(() => {
        loading.current = false
      })
  }, [next, query])

  // Whether a new run belongs here; the server knows best what a text finds, so those of a text are asked for anew.
  const fits = (r: RunRow): boolean =>
    (status === null || r.status === status) &&
    (world === null || r.world === world) &&
    (method === null || r.method === method) &&
    (parts === 'true' || r.origin === null)
  const stream = useStream('/api/runs/events', (event, data) => {
    if (event === 'gone') {
      const { run } = data as { run: string }
      setRows(was => was?.filter(r => r.run !== run))
      return
    }
    const r = data as RunRow
    setRows(was => {
      if (was === undefined) return was
      const i = was.findIndex(x => x.run === r.run)
      if (i >= 0) return was.with(i, r)
      if (!fits(r) || (text !== null && !`${r.run} ${r.task} ${r.answer ?? ''}`.toLowerCase().includes(text.toLowerCase()))) return was
      const before = was.findIndex(x => x.created < r.created)
      return before < 0 ? (next === null ? [...was, r] : was) : was.toSpliced(before, 0, r)
    })
  })

  const toggle = (run: string): void => setChosen(was => (was.has(run) ? new Set([...was].filter(x => x !== run)) : new Set([...was, run])))
  // Broken off and live again: perhaps by another server, that cannot say what was missed.
  const broken = useRef(false)
  useEffect(() => {
    if (stream === 'waiting') broken.current = true
    else if (stream === 'live' && broken.current) {
      broken.current = false
      setTurn(t => t + 1)
    }
  }, [stream])

  const ids = useMemo(() => rows?.map(r => r.run), [rows])
  const cursor = useCursor('Runs', ids, openRun, at => [
    { keys: ['x', ' '], about: 'choose the run', do: () => (at === null ? false : toggle(at)) },
    { keys: ['/'], about: 'filter by text', do: () => search.current?.focus() },
    { keys: ['n'], about: 'new run', do: () => navigate('/runs/new') },
    { keys: ['Delete'], about: 'delete the chosen runs', do: () => (chosen.size === 0 ? false : setAsking(true)) },
    { keys: ['Escape'], about: 'choose none', do: () => (chosen.size === 0 ? false : setChosen(new Set())) },
  ])

  const filtered = [status, world, method, text].some(x => x !== null)
  const list = [...chosen]
  const readOnly = catalogue.data?.readOnly ?? false
  return (
    <div className="page page-fill">
      <header className="page-head">
        <h1>Runs</h1>
        <div className="acts">
          <Link to="/runs/new" className="button" data-kind="main" aria-disabled={readOnly || undefined}>
            New run
          </Link>
        </div>
      </header>
      <search className="filters">
        <input
          ref={search}
          className="input filter-text"
          type="search"
          placeholder="Task, answer, model or id"
          aria-label="Filter by text"
          value={text ?? ''}
          onChange={e => setText(e.target.value, { replace: true })}
          onKeyDown={e => e.key === 'Escape' && e.currentTarget.blur()}
        />
        <Choice label="Status" value={(status ?? '') as '' | RunStatus} of={statuses} onChange={v => setStatus(v)} />
        <select className="input" aria-label="World" value={world ?? ''} onChange={e => setWorld(e.target.value)}>
          <option value="">Every world</option>
          {catalogue.data?.worlds.map(w => (
            <option key={w.id}>{w.id}</option>
          ))}
        </select>
        <select className="input" aria-label="Method" value={method ?? ''} onChange={e => setMethod(e.target.value)}>
          <option value="">Every method</option>
          {catalogue.data?.methods.map(m => (
            <option key={m.id}>{m.id}</option>
          ))}
        </select>
        <label className="check">
          <input type="checkbox" checked={parts === 'true'} onChange={e => setParts(e.target.checked ? 'true' : null)} />
          parts of comparisons and loops
        </label>
      </search>
      {wrong !== undefined ? (
        <Wrong error={wrong} retry={() => setTurn(t => t + 1)} />
      ) : rows === undefined ? (
        <Reading>the runs</Reading>
      ) : rows.length === 0 ? (
        filtered ? (
          <Empty title="No run fits" acts={<Button onClick={() => navigate('/runs')}>Show all</Button>}>
            Other words, or another status?
          </Empty>
        ) : (
          <Empty
            title="No runs yet"
            acts={
              <Link to="/runs/new" className="button" data-kind="main">
                Start the first
              </Link>
            }
          >
            A run is a search: a task, a model, a method and a budget. Those of the command <code>espalier solve</code> are shown here as
            well.
          </Empty>
        )
      ) : (
        <VirtualTable
          label="Runs"
          columns={[
            {
              key: 'choose',
              head: <span className="visually-hidden">Chosen</span>,
              width: '2rem',
              cell: r => (
                // The whole cell: who misses the box does not open the run.
                // biome-ignore lint/a11y/useKeyWithClickEvents: it only keeps a click from the row
                <label className="choose" onClick={e => e.stopPropagation()}>
                  <input type="checkbox" aria-label={`Choose ${r.run}`} checked={chosen.has(r.run)} onChange={() => toggle(r.run)} />
                </label>
              ),
            },
            { key: 'status', head: 'Status', width: '6.2rem', cell: r => <Status status={r.status} /> },
            { key: 'world', head: 'World', width: 'minmax(5rem, 0.7fr)', cell: r => <span className="quiet">{r.world}</span> },
            {
              key: 'task',
              head: 'Task',
              width: 'minmax(8rem, 2fr)',
              written: true,
              title: r => r.task,
              cell: r => (
                <Link to={`/runs/${r.run}`} className="row-link" onClick={e => e.stopPropagation()}>
                  {r.task}
                </Link>
              ),
            },
            {
              key: 'method',
              head: 'Method',
              width: 'minmax(7rem, 1.2fr)',
              title: r => `${r.method}${r.preset === null ? '' : `, preset ${r.preset}`}\n${Object.values(r.models).join(', ')}`,
              cell: r => (
                <>
                  {r.method}
                  {r.preset !== null && <span className="faint"> {r.preset}</span>}
                </>
              ),
            },
            {
              key: 'answer',
              head: 'Answer',
              width: 'minmax(8rem, 2.4fr)',
              written: true,
              title: r => r.answer ?? r.why ?? '',
              cell: r =>
                r.answer === null ? (
                  <span className="faint">{r.status === 'failed' ? r.why : ''}</span>
                ) : (
                  <span className="mono">{r.answer}</span>
                ),
            },
            {
              key: 'verdict',
              head: 'Verdict',
              width: '7.2rem',
              cell: r => (r.status === 'done' || r.solved !== null) && <Verdict solved={r.solved} by={r.verifiedBy} />,
            },
            {
              key: 'spent',
              head: 'Spent',
              width: '6.5rem',
              align: 'right',
              title: r => spend(r).title,
              cell: r => {
                if (unread(r)) return count(null)
                const s = spend(r)
                return (
                  <span className="spend">
                    {s.text}
                    {r.status === 'running' && s.share !== null && <i style={{ width: `${s.share * 100}%` }} />}
                  </span>
                )
              },
            },
            { key: 'nodes', head: 'Nodes', width: '4.5rem', align: 'right', cell: r => count(unread(r) ? null : r.nodes) },
            {
              key: 'when',
              head: 'Begun',
              width: '6.2rem',
              align: 'right',
              cell: r => <Ago at={r.created} />,
            },
          ]}
          rows={rows}
          rowKey={r => r.run}
          cursor={cursor}
          isChosen={r => chosen.has(r.run)}
          onOpen={r => openRun(r.run)}
          onEnd={more}
        />
      )}
      {chosen.size > 0 && (
        <div className="tray" role="toolbar" aria-label="What to do with the chosen runs">
          <b>{count(chosen.size)} chosen</b>
          <Button disabled={chosen.size < 2} onClick={() => navigate(`/compare/runs?runs=${list.join(',')}`)}>
            Compare
          </Button>
          <Button
            disabled={chosen.size !== 2}
            title="Two runs, their trees side by side"
            onClick={() => navigate(`/compare/trees?a=${list[0]}&b=${list[1]}`)}
          >
            Two trees
          </Button>
          <Button onClick={() => navigate(`/data?runs=${list.join(',')}`)}>As data</Button>
          <Button disabled={readOnly} onClick={() => setAsking(true)}>
            Delete
          </Button>
          <Button kind="plain" onClick={() => setChosen(new Set())}>
            None
          </Button>
        </div>
      )}
      {asking && (
        <Dialog title="Delete runs" onClose={() => setAsking(false)}>
          <div>
            <h1>
              Delete {count(chosen.size)} {chosen.size === 1 ? 'run' : 'runs'}?
            </h1>
            <p className="quiet">Their trees, their records and what they cost are gone for good. Data that was exported stays.</p>
            <div className="acts">
              <Button onClick={() => setAsking(false)}>Keep</Button>
              <Button
                kind="main"
                onClick={() => {
                  setAsking(false)
                  post<{ removed: string[] }>('/api/runs/remove', { runs: list }).then(
                    ({ removed }) => {
                      const gone = new Set(removed)
                      setRows(was => was?.filter(r => !gone.has(r.run)))
                      setChosen(new Set())
                      say(`${count(list.length)} ${list.length === 1 ? 'run' : 'runs'} deleted`, 'done')
                    },
                    e => say((e as Error).message, 'wrong'),
                  )
                }}
              >
                Delete
              </Button>
            </div>
          </div>
        </Dialog>
      )}
    </div>
  )
}

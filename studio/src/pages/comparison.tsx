// One comparison: its verdict, quality against spend, each method with its interval, and every task. Live while it is under way.
import { useMemo, useRef, useState } from 'react'
import type { Comparison, ComparisonRow } from '../../../src/serve/api/wire.ts'
import { useGet, useStream } from '../api.ts'
import { Plot, type Series } from '../plot/plot.tsx'
import { csvText, save } from '../plot/save.ts'
import { Span } from '../plot/span.tsx'
import { spendAxis } from '../plot/spend-axis.ts'
import type { PageProps } from '../routes.tsx'
import { Button } from '../shell/controls.tsx'
import { amount, count, fixed, percent, unitName } from '../shell/format.ts'
import { spentOf } from '../shell/meter.tsx'
import { Link, useParam } from '../shell/router.tsx'
import { Reading, Wrong } from '../shell/said.tsx'
import { Status } from '../shell/status.tsx'
import { type Column, sorted, Table } from '../shell/table.tsx'
import './pages.css'
import { ComparisonActs } from './comparison-acts.tsx'
import { TaskTable } from './task-table.tsx'

type Row = Comparison['rows'][number]
const points = (x: number): string => `${x > 0 ? '+' : ''}${fixed(100 * x, 1)}`
const chance = (p: number): string => (p < 0.001 ? '< 0.001' : fixed(p, 3))
/** What holds after the correction for the number of methods. */
function inWords(r: Row): string {
  const v = r.versusBestOfN
  if (v === null || v === undefined) return 'baseline'
  if (v.p > 0.05) return 'no difference shown'
  return v.difference > 0 ? 'better' : 'worse'
}

export default function ComparisonPage({ params }: PageProps) {
  const id = params.comparison
  const found = useGet<Comparison>(`/api/comparisons/${encodeURIComponent(id)}`)
  const [row, setRow] = useState<ComparisonRow>()
  const asked = useRef(0)
  const [turn, setTurn] = useState(0)
  useStream(
    `/api/comparisons/${encodeURIComponent(id)}/events`,
    (event, data) => {
      if (event !== 'comparison' && event !== 'end') return
      setRow(data as ComparisonRow)
      // Rates with their intervals take the server a moment: now and then is enough, and once at the end.
      const now = Date.now()
      if (event === 'end' ? asked.current > 0 : now - asked.current > 2000) found.reload()
      asked.current = now
    },
    { turn },
  )
  const c = found.data
  if (c === undefined)
    return (
      <div className="page">
        {found.error !== undefined ? <Wrong error={found.error} retry={found.reload} /> : <Reading>the comparison</Reading>}
      </div>
    )
  const limits = Object.entries(c.budget).map(([u, x]) => `${amount(u, x)} ${unitName(u)}`)
  const under = row !== undefined && (row.status !== 'done' || row.stopped)
  return (
    <div className="page">
      <header className="page-head">
        <h1>{c.world}</h1>
        <span className="quiet">
          {count(c.items)} tasks, {c.seeds === 1 ? 'one seed' : `${c.seeds} seeds`}, at most {limits.join(', ')} a run, {c.models.policy},
          reward {c.reward}
        </span>
        <div className="acts">
          {row !== undefined && (
            <ComparisonActs
              row={row}
              onDone={(now, what) => {
                setRow(now)
                // Its events ended with it: they begin again.
                if (what === 'resume') setTurn(t => t + 1)
              }}
            />
          )}
          <Link className="button" to={`/data?runs=${c.id}`}>
            As data
          </Link>
        </div>
      </header>
      {under && (
        <div style={{ display: 'grid', gap: '0.35rem', maxWidth: '46rem', marginBottom: '1.5rem' }} data-progress="">
          <span>
            <Status status={row.status} />{' '}
            <span className="quiet">
              {count(row.done)} of {count(row.cells)} runs{row.stopped && ', then it was stopped'}
            </span>
          </span>
          <div className="progress">
            <i style={{ width: `${(100 * row.done) / Math.max(1, row.cells)}%` }} />
          </div>
        </div>
      )}
      <p className="prose" data-verdict-text="">
        {c.verdict}
      </p>
      <Results c={c} />
      {c.excluded.length > 0 && (
        <section className="section">
          <h2>Not compared</h2>
          <dl className="facts">
            {c.excluded.map(e => (
              <div key={e.method} style={{ display: 'contents' }}>
                <dt>{e.method}</dt>
                <dd>{e.why}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </div>
  )
}

function Results({ c }: { c: Comparison }) {
  const [by, setBy] = useParam('sort')
  const rows = useMemo(() => c.rows.filter(r => r.cells > 0).sort((a, b) => b.rate - a.rate || a.spent.calls - b.spent.calls), [c])
  const base = rows.find(r => r.versusBestOfN === null)
  const limit = c.budget[c.unit] ?? 1
  const series = useMemo((): Series[] => {
    const plain = (r: Row): boolean => r === base || r.method.startsWith('self-consistency')
    const best = rows.find(r => !plain(r))
    return rows.map(r => ({
      name: r.method,
      step: true,
      points: r.curve.map(p => ({ x: p.spent, y: p.rate, low: p.interval[0], high: p.interval[1] })),
      ...(plain(r) ? { rank: 'plain' as const, dashed: r !== base } : r === best ? { rank: 'strong' as const } : {}),
      // Bands of more than two hide each other.
      ...(r === best || r === base ? { interval: 'band' as const } : {}),
    }))
  }, [rows, base])
  const top = Math.min(1, Math.ceil(Math.max(0.1, ...rows.map(r => r.interval[1])) * 10 - 1e-9) / 10)
  const spent = (r: Row): number | null => spentOf(c.unit, r.spent)
  const columns: Column<Row>[] = [
    {
      key: 'method',
      head: 'Method',
      cell: r => <span style={{ fontWeight: r === rows[0] ? 600 : 450 }}>{r.method}</span>,
      sort: r => r.method,
    },
    { key: 'rate', head: 'Right', align: 'right', cell: r => percent(r.rate, 1), sort: r => r.rate },
    {
      key: 'interval',
      head: '95 % interval, of all together',
      width: '22%',
      cell: r => (
        <Span
          value={r.rate}
          low={r.interval[0]}
          high={r.interval[1]}
          from={0}
          to={top}
          mark={base?.rate}
          strong={r === rows[0] && r !== base}
          label={`${percent(r.rate, 1)}, from ${percent(r.interval[0])} to ${percent(r.interval[1])}`}
        />
      ),
    },
    {
      key: 'bounds',
      head: <span className="visually-hidden">its bounds</span>,
      align: 'right',
      cell: r => <span className="quiet">{`${fixed(100 * r.interval[0], 0)} to ${percent(r.interval[1])}`}</span>,
    },
    {
      key: 'difference',
      head: 'To best-of-n',
      title: 'Difference in percentage points, with its interval (all hold together with 95 %)',
      align: 'right',
      sort: r => r.versusBestOfN?.difference ?? null,
      cell: r =>
        r.versusBestOfN === null ? null : (
          <>
            {points(r.versusBestOfN.difference)}
            <span className="quiet">
              {' '}
              [{points(r.versusBestOfN.interval[0])}, {points(r.versusBestOfN.interval[1])}]
            </span>
          </>
        ),
    },
    {
      key: 'p',
      head: 'p, corrected',
      title: "Holm's correction for the number of methods",
      align: 'right',
      sort: r => r.versusBestOfN?.p ?? null,
      cell: r => (r.versusBestOfN === null ? null : chance(r.versusBestOfN.p)),
    },
    { key: 'words', head: 'In words', cell: r => <span className={inWords(r) === 'better' ? undefined : 'quiet'}>{inWords(r)}</span> },
    {
      key: 'spent',
      head: `Mean ${unitName(c.unit)}`,
      align: 'right',
      sort: spent,
      cell: r => (c.unit === 'usd' || /econds/.test(c.unit) ? amount(c.unit, spent(r)) : fixed(spent(r), 1)),
    },
    {
      key: 'yield',
      head: 'Used',
      title: 'Share of the paid calls that entered the tree',
      align: 'right',
      sort: r => r.yield,
      cell: r => percent(r.yield),
    },
    ...(rows.some(r => r.errors > 0)
      ? ([{ key: 'errors', head: 'Failed', align: 'right', cell: r => count(r.errors) }] satisfies Column<Row>[])
      : []),
  ]
  const sorting = by === null ? { key: 'rate', down: true } : { key: by.replace(/^-/, ''), down: by.startsWith('-') }
  const tasks = useMemo(() => {
    const items = new Map<string, Record<string, { run: string; right: number | null; title: string }[]>>()
    for (const x of c.cells) {
      const runs = items.get(x.item) ?? {}
      runs[x.method] = [
        ...(runs[x.method] ?? []),
        {
          run: x.run,
          right: x.correct,
          title: `${x.method} on ${x.item}${c.seeds > 1 ? `, seed ${x.seed}` : ''}: ${x.correct === null ? `failed${x.error === undefined ? '' : `: ${x.error}`}` : x.correct >= 1 ? 'right' : x.correct <= 0 ? 'not right' : fixed(x.correct, 2)}${x.spent === null ? '' : `, ${count(x.spent.calls)} calls`}`,
        },
      ]
      items.set(x.item, runs)
    }
    return [...items].map(([task, runs]) => ({ task, runs }))
  }, [c])
  const csv = (): string =>
    csvText([
      [
        'method',
        'rate',
        'low',
        'high',
        'difference',
        'difference low',
        'difference high',
        'p corrected',
        'p alone',
        'in words',
        `mean ${c.unit}`,
        'yield',
        'runs',
        'failed',
      ],
      ...rows.map(r => {
        const v = r.versusBestOfN
        return [
          r.method,
          r.rate,
          ...r.interval,
          v?.difference,
          v?.interval[0],
          v?.interval[1],
          v?.p,
          v?.pAlone,
          inWords(r),
          spent(r),
          r.yield,
          r.cells,
          r.errors,
        ]
      }),
    ])
  if (rows.length === 0) return <p className="quiet section">No run is over yet.</p>
  return (
    <>
      <section className="section">
        <Plot
          title="Right so far"
          about="share of the tasks whose best answer was right when so much had been spent; bands are 95 % intervals"
          name={`${c.world}-${c.id}`}
          series={series}
          x={spendAxis(c.unit, limit)}
          y={{ label: 'right', from: 0, to: top, format: y => percent(y) }}
        />
      </section>
      <section className="section">
        <header className="plot-head">
          <h2>Methods</h2>
          <span className="plot-acts">
            <Button kind="plain" small title="Save the table" onClick={() => save(`${c.world}-${c.id}-methods.csv`, 'text/csv', csv())}>
              CSV
            </Button>
          </span>
        </header>
        <Table
          label="Methods"
          columns={columns}
          rows={sorted(rows, columns, sorting)}
          rowKey={r => r.method}
          sorting={sorting}
          onSort={s => setBy(`${s.down ? '-' : ''}${s.key}`, { replace: true })}
        />
      </section>
      <section className="section">
        <h2>Tasks</h2>
        <TaskTable tasks={tasks} methods={rows.map(r => r.method)} baseline={base?.method ?? null} />
      </section>
    </>
  )
}

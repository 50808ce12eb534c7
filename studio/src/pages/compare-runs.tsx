// Any runs side by side, whatever they were.
import { useEffect, useMemo, useState } from 'react'
import type { Summary } from '../../../src/serve/api/wire.ts'
import { post } from '../api.ts'
import { Plot, type Series } from '../plot/plot.tsx'
import { Span } from '../plot/span.tsx'
import { spendAxis } from '../plot/spend-axis.ts'
import type { PageProps } from '../routes.tsx'
import { amount, count, fixed, percent, unitName } from '../shell/format.ts'
import { spentOf } from '../shell/meter.tsx'
import { Link, useParam } from '../shell/router.tsx'
import { Empty, Wrong } from '../shell/said.tsx'
import { type Column, Table } from '../shell/table.tsx'
import './pages.css'
import { TaskTable } from './task-table.tsx'

export default function CompareRunsPage(_: PageProps) {
  const [given] = useParam('runs')
  const runs = useMemo(() => given?.split(',').filter(Boolean) ?? [], [given])
  const [found, setFound] = useState<{ data?: Summary; error?: unknown }>({})
  useEffect(() => {
    if (runs.length === 0) return
    const abort = new AbortController()
    post<Summary>('/api/summary', { runs }, { signal: abort.signal }).then(
      data => setFound({ data }),
      error => !abort.signal.aborted && setFound({ error }),
    )
    return () => abort.abort()
  }, [runs])
  const s = found.data
  return (
    <div className="page">
      <header className="page-head">
        <h1>{runs.length === 0 ? 'Runs side by side' : `${count(runs.length)} runs side by side`}</h1>
        {runs.length > 0 && (
          <div className="acts">
            <Link className="button" to={`/data?runs=${runs.join(',')}`}>
              As data
            </Link>
          </div>
        )}
      </header>
      {runs.length === 0 ? (
        <Empty
          title="No runs are chosen"
          acts={
            <Link to="/runs" className="button">
              Choose some
            </Link>
          }
        />
      ) : (
        found.error !== undefined && <Wrong error={found.error} />
      )}
      {s !== undefined && <Side s={s} />}
    </div>
  )
}

function Side({ s }: { s: Summary }) {
  const methods = useMemo(
    () => [...s.methods].sort((a, b) => (b.solved?.rate ?? b.score?.mean ?? -1) - (a.solved?.rate ?? a.score?.mean ?? -1)),
    [s],
  )
  const series = methods
    .filter(m => m.curve.length > 0)
    .map(
      (m, i): Series => ({
        name: m.method,
        step: true,
        points: m.curve,
        interval: i < 3 ? 'band' : undefined,
        rank: i === 0 ? 'strong' : undefined,
      }),
    )
  const limit = Math.max(0, ...series.flatMap(x => x.points.map(p => p.x)))
  const scored = methods.some(m => m.score !== null)
  const bounds = methods.flatMap(m => (m.score === null ? [] : [m.score.low, m.score.high]))
  const [low, high] = [Math.min(0, ...bounds), Math.max(...bounds, 1e-9)]
  type M = Summary['methods'][number]
  const columns: Column<M>[] = [
    { key: 'method', head: 'Method', cell: m => m.method },
    { key: 'runs', head: 'Runs', align: 'right', cell: m => count(m.runs) },
    { key: 'rate', head: 'Solved', align: 'right', cell: m => percent(m.solved?.rate ?? null, 1) },
    {
      key: 'interval',
      head: '95 % interval',
      width: '18%',
      cell: m =>
        m.solved !== null && (
          <Span
            value={m.solved.rate}
            low={m.solved.low}
            high={m.solved.high}
            from={0}
            to={1}
            label={`${percent(m.solved.low)} to ${percent(m.solved.high)}`}
          />
        ),
    },
    ...(scored
      ? ([
          { key: 'score', head: 'Mean score', align: 'right', cell: m => fixed(m.score?.mean ?? null, 3) },
          {
            key: 'score interval',
            head: '95 % interval',
            width: '18%',
            cell: m =>
              m.score !== null && (
                <Span
                  value={m.score.mean}
                  low={m.score.low}
                  high={m.score.high}
                  from={low}
                  to={high}
                  label={`${fixed(m.score.low)} to ${fixed(m.score.high)}`}
                />
              ),
          },
        ] satisfies Column<M>[])
      : []),
    { key: 'spent', head: `Mean ${unitName(s.unit)}`, align: 'right', cell: m => amount(s.unit, spentOf(s.unit, m.spent)) },
    { key: 'usd', head: 'Mean dollars', align: 'right', cell: m => amount('usd', m.spent.usd) },
  ]
  const tasks = s.tasks.map(t => {
    const runs: Record<string, { run: string; right: number | null; title: string }[]> = {}
    for (const r of t.runs)
      runs[r.method] = [
        ...(runs[r.method] ?? []),
        {
          run: r.run,
          right: r.solved === null ? r.score : Number(r.solved),
          title: `${r.method}: ${r.solved === null ? (r.score === null ? 'not verified' : `score ${fixed(r.score)}`) : r.solved ? 'solved' : 'not solved'}, ${count(r.calls)} calls`,
        },
      ]
    return { task: s.tasks.some(x => x.world !== t.world) ? `${t.world} ${t.task}` : t.task, runs }
  })
  return (
    <>
      {series.length > 0 && (
        <Plot
          title="Solved so far"
          about="share of the tasks that had been solved for at most so much"
          name="runs-side-by-side"
          series={series}
          x={spendAxis(s.unit, limit)}
          y={{ label: 'solved', from: 0, to: 1, format: y => percent(y) }}
        />
      )}
      <section className="section">
        <h2>Methods</h2>
        <Table label="Methods" columns={columns} rows={methods} rowKey={m => m.method} />
      </section>
      <section className="section">
        <h2>Tasks</h2>
        <TaskTable tasks={tasks} methods={methods.map(m => m.method)} baseline={methods.at(-1)?.method ?? null} />
      </section>
    </>
  )
}

// Tasks by methods: each mark is a run, and leads to it.
import { useState } from 'react'
import { Button } from '../shell/controls.tsx'
import { count } from '../shell/format.ts'
import { Link } from '../shell/router.tsx'

export interface TaskRow {
  task: string
  /** By method: its runs, with how right each was; null: not known, or it failed. */
  runs: Readonly<Record<string, readonly { run: string; right: number | null; title: string }[]>>
}
const few = 60

function Mark({ run, right, title }: { run: string; right: number | null; title: string }) {
  const kind = right === null ? 'none' : right >= 1 ? '1' : right <= 0 ? '0' : 'part'
  return (
    <Link to={`/runs/${run}`} className="cell-mark" data-right={kind} title={title} aria-label={title}>
      {kind === '1' ? '✓' : kind === 'part' ? right!.toFixed(2) : kind === 'none' ? '?' : '·'}
    </Link>
  )
}
/** Sum of how right a method was on a task. */
const sum = (t: TaskRow, m: string): number => (t.runs[m] ?? []).reduce((s, r) => s + (r.right ?? 0), 0)

export function TaskTable({
  tasks,
  methods,
  baseline,
}: {
  tasks: readonly TaskRow[]
  methods: readonly string[]
  baseline: string | null
}) {
  const [order, setOrder] = useState<'given' | 'differ'>('given')
  const [all, setAll] = useState(false)
  const differ = (t: TaskRow): number => {
    const sums = methods.map(m => sum(t, m))
    return Math.max(...sums) - Math.min(...sums)
  }
  const rows = order === 'given' ? tasks : [...tasks].sort((a, b) => differ(b) - differ(a))
  const shown = all ? rows : rows.slice(0, few)
  const other = methods.find(m => m !== baseline)
  return (
    <>
      <p className="quiet" style={{ marginBottom: '0.75rem' }}>
        Each mark is a run:{' '}
        <span className="cell-mark" data-right="1">
          ✓
        </span>{' '}
        right,{' '}
        <span className="cell-mark" data-right="0">
          ·
        </span>{' '}
        not.{' '}
        <Button kind="plain" small aria-pressed={order === 'differ'} onClick={() => setOrder(order === 'differ' ? 'given' : 'differ')}>
          those that tell methods apart first
        </Button>
      </p>
      <div className="table-frame">
        <table className="table matrix" aria-label="Tasks by methods">
          <thead>
            <tr>
              <th scope="col">Task</th>
              {methods.map(m => (
                <th key={m} scope="col">
                  {m}
                </th>
              ))}
              {other !== undefined && (
                <th scope="col">
                  <span className="visually-hidden">Two trees</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {shown.map(t => {
              const [a, b] = [t.runs[other ?? '']?.[0]?.run, t.runs[baseline ?? methods.find(m => m !== other) ?? '']?.[0]?.run]
              return (
                <tr key={t.task}>
                  <td className="mono" style={{ maxWidth: '26rem' }} title={t.task}>
                    <span className="one-line" style={{ display: 'block' }} dir="auto">
                      {t.task}
                    </span>
                  </td>
                  {methods.map(m => (
                    <td key={m}>
                      {(t.runs[m] ?? []).map(r => (
                        <Mark key={r.run} {...r} />
                      ))}
                    </td>
                  ))}
                  {other !== undefined && (
                    <td data-align="right">
                      {a !== undefined && b !== undefined && (
                        <Link to={`/compare/trees?a=${a}&b=${b}`} className="quiet" title={`${other} beside ${baseline ?? 'another'}`}>
                          two trees
                        </Link>
                      )}
                    </td>
                  )}
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      {rows.length > few && (
        <p style={{ marginTop: '0.75rem' }}>
          <Button small onClick={() => setAll(!all)}>
            {all ? `Only the first ${few}` : `All ${count(rows.length)} tasks`}
          </Button>
        </p>
      )}
    </>
  )
}

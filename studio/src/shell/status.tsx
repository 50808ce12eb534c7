// A run's status and verdict: told by form first, by colour second.
import type { ReactNode } from 'react'
import type { RunStatus } from '../../../src/serve/api/wire.ts'

const forms: Record<RunStatus, { text: string; title: string; form: ReactNode }> = {
  running: { text: 'running', title: 'It is being worked on', form: <circle cx="5" cy="5" r="5" fill="var(--accent)" /> },
  paused: {
    text: 'paused',
    title: 'It can be resumed',
    form: <path d="M2.500 0v10M7.500 0v10" stroke="var(--ink-2)" strokeWidth="2.4" />,
  },
  done: { text: 'done', title: 'It is over', form: <circle cx="5" cy="5" r="4" fill="none" stroke="var(--ink-3)" strokeWidth="1.5" /> },
  failed: { text: 'failed', title: 'It ended by an error', form: <path d="M1 1l8 8M9 1l-8 8" stroke="var(--bad)" strokeWidth="2" /> },
  orphan: {
    text: 'orphaned',
    title: 'Its process is gone: it can be resumed',
    form: <circle cx="5" cy="5" r="4" fill="none" stroke="var(--ink-2)" strokeWidth="1.5" strokeDasharray="2.4 1.8" />,
  },
}
export function Status({ status }: { status: RunStatus }) {
  const f = forms[status]
  return (
    <span className="status" data-status={status} title={f.title}>
      <svg viewBox="0 0 10 10" aria-hidden="true">
        {f.form}
      </svg>
      {f.text}
    </span>
  )
}
/** solved: true, false, or null where nothing verified it. */
export function Verdict({ solved, by }: { solved: boolean | null; by?: string | null }) {
  if (solved === null)
    return (
      <span className="status faint" data-verdict="none">
        not verified
      </span>
    )
  return (
    <span className="status" data-verdict={String(solved)} title={by ? `by ${by}` : undefined}>
      <svg viewBox="0 0 10 10" aria-hidden="true">
        {solved ? (
          <path
            d="M0.500 5.500l3 3.500L9.500 1"
            fill="none"
            stroke="var(--good)"
            strokeWidth="2"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        ) : (
          <path d="M1 5h8" stroke="var(--ink-3)" strokeWidth="2" strokeLinecap="round" />
        )}
      </svg>
      {solved ? 'solved' : 'not solved'}
    </span>
  )
}

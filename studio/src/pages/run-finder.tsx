// Runs to choose from, found by what is typed.
import { useState } from 'react'
import type { RunRow } from '../../../src/serve/api/wire.ts'
import { url, useGet } from '../api.ts'

export function RunFinder(o: {
  /** At first: a word that they have. */
  text?: string
  status?: RunRow['status']
  /** Those that are chosen already. */
  without: readonly string[]
  none: string
  onPick(run: string): void
}) {
  const [text, setText] = useState(o.text ?? '')
  const found = useGet<{ runs: RunRow[] }>(url('/api/runs', { text, status: o.status, limit: 12 }))
  const others = found.data?.runs.filter(r => !o.without.includes(r.run)) ?? []
  return (
    <>
      <input
        className="input"
        type="search"
        placeholder="Find runs by task, answer or id"
        aria-label="Find runs"
        value={text}
        onChange={e => setText(e.target.value)}
      />
      <ul className="found">
        {others.map(r => (
          <li key={r.run}>
            <button type="button" className="menu-item" onClick={() => o.onPick(r.run)}>
              <span className="one-line">
                <span className="quiet">{r.world}</span> <bdi>{r.task}</bdi>
              </span>
              <span className="quiet">
                {r.method}
                {r.solved === true && ', solved'}
              </span>
            </button>
          </li>
        ))}
        {found.data !== undefined && others.length === 0 && <li className="quiet">{o.none}</li>}
      </ul>
    </>
  )
}

import { useEffect, useState } from 'react'
import { useValue } from '../shell/state.ts'
import type { Labels } from './labels.ts'
import type { RunModel } from './model.ts'

/** The way from the root to the subtree that is shown, and back. */
export function Trail({ model, root, labels, onRoot }: { model: RunModel; root: number; labels: Labels; onRoot(row: number): void }) {
  useValue(model.loaded)
  const [, again] = useState(0)
  const path = root < model.columns.size ? model.columns.path(root) : [0]
  const missing = path.some(r => r !== 0 && labels.of(r) === undefined)
  useEffect(() => {
    if (!missing) return
    const timer = setInterval(() => again(x => x + 1), 120)
    return () => clearInterval(timer)
  }, [missing])
  const shown = path.length > 5 ? [path[0], -1, ...path.slice(-3)] : path
  return (
    <nav className="tree-trail" aria-label="Way to the subtree">
      {shown.map((row, i) =>
        row < 0 ? (
          <span key="gap">…</span>
        ) : row === root ? (
          <b key={row} className="one-line mono">
            {labels.of(row) || '…'}
          </b>
        ) : (
          <button key={row} type="button" className="one-line" onClick={() => onRoot(row)}>
            {i === 0 ? 'whole tree' : <span className="mono">{labels.of(row) || '…'}</span>}
          </button>
        ),
      )}
    </nav>
  )
}

import type { ReactNode } from 'react'
import { amount, compact, fixed, seconds } from '../shell/format.ts'
import { useValue } from '../shell/state.ts'
import type { Flag } from './columns.ts'
import type { Labels } from './labels.ts'
import type { RunModel } from './model.ts'

const words: Partial<Record<Flag, string>> = {
  solved: 'solved',
  end: 'end',
  closed: 'closed',
  failed: 'failed',
  pruned: 'pruned',
  pinned: 'pinned',
  replaced: 'replaced',
  aside: 'aside',
}
/** What became of a row, in words. */
export const flagWords = (model: RunModel, row: number): string[] => {
  const { columns } = model
  const out = (Object.keys(words) as Flag[]).filter(f => columns.has(row, f)).map(f => words[f]!)
  return columns.has(row, 'taken') ? out : [...out, 'not taken']
}
/** A few words about the node under the pointer. */
export function HoverCard({
  model,
  labels,
  at,
  frame,
}: {
  model: RunModel
  labels: Labels
  at: { row: number; x: number; y: number }
  frame: { width: number; height: number } | undefined
}) {
  useValue(model.version)
  const { columns: c } = model
  const { row } = at
  if (row >= c.size) return null
  const right = frame !== undefined && at.x > frame.width - 300
  const low = frame !== undefined && at.y > frame.height - 190
  const rows: [string, ReactNode][] = [
    ['Q', fixed(c.Q[row])],
    ['V', fixed(c.V[row])],
    ['N', compact(c.N[row])],
  ]
  if (!Number.isNaN(c.P[row])) rows.push(['P', fixed(c.P[row])])
  if (!Number.isNaN(c.se[row])) rows.push(['± se', fixed(c.se[row])])
  rows.push(['calls', compact(c.calls[row])], ['tokens', compact(c.tokens[row])])
  if (!Number.isNaN(c.usd[row])) rows.push(['cost', amount('usd', c.usd[row])])
  if (!Number.isNaN(c.born[row])) rows.push(['made at', seconds(c.born[row])])
  const flags = flagWords(model, row)
  return (
    <div
      className="tree-card"
      style={{
        left: right ? undefined : at.x + 16,
        right: right ? frame.width - at.x + 16 : undefined,
        top: low ? undefined : at.y + 14,
        bottom: low ? frame.height - at.y + 14 : undefined,
      }}
    >
      <p className="tree-card-label mono" dir="auto">
        {(row === 0 ? 'the task' : labels.of(row)) || '…'}
      </p>
      <dl>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p className="faint small">
        node {row} · depth {c.depth[row]}
        {flags.length > 0 && ` · ${flags.join(', ')}`}
      </p>
    </div>
  )
}

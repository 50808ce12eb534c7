// The scale with its numbers, where the pointer's node lies on it, and the forms that occur in this tree: no others.
import type { ReactNode } from 'react'
import { amount, compact, fixed, seconds } from '../shell/format.ts'
import { valueColour } from '../shell/scale.ts'
import { useShown } from '../shell/theme.ts'
import { type Coloured, colourings } from './colouring.ts'
import { bit, type Flag } from './columns.ts'
import type { RunModel } from './model.ts'

/** A number of the scale in its unit. */
export function inUnit(c: Coloured, x: number): string {
  if (Number.isNaN(x)) return '–'
  if (c.unit === 'value') return fixed(x)
  if (c.unit === 'seconds') return seconds(x)
  return c.unit === 'usd' ? amount('usd', x) : compact(x)
}
const forms: { flag: Flag | 'untaken'; name: string; form: ReactNode }[] = [
  {
    flag: 'solved',
    name: 'solved',
    form: (
      <>
        <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentcolor" strokeWidth="1.3" />
        <path d="M8 4l4 4-4 4-4-4z" fill="currentcolor" />
      </>
    ),
  },
  { flag: 'end', name: 'end', form: <path d="M8 3l5 5-5 5-5-5z" fill="currentcolor" /> },
  { flag: 'closed', name: 'closed', form: <rect x="4" y="4" width="8" height="8" fill="currentcolor" /> },
  { flag: 'failed', name: 'failed', form: <path d="M4 4l8 8M12 4l-8 8" stroke="var(--bad)" strokeWidth="2" /> },
  { flag: 'pruned', name: 'pruned', form: <path d="M0 8h7M8 3v10" stroke="currentcolor" strokeWidth="1.6" strokeDasharray="none" /> },
  {
    flag: 'pinned',
    name: 'pinned',
    form: <path d="M5 14V3l7 2.500-7 2.500" fill="currentcolor" stroke="currentcolor" strokeWidth="1.2" />,
  },
  { flag: 'untaken', name: 'not taken', form: <circle cx="8" cy="8" r="3.2" fill="none" stroke="currentcolor" strokeWidth="1.2" /> },
]
/** Which forms occur, kept until the tree changes. */
const seen = new WeakMap<RunModel, { version: number; any: number; untaken: boolean }>()
function occurring(model: RunModel): { any: number; untaken: boolean } {
  const { columns } = model
  const was = seen.get(model)
  if (was !== undefined && was.version === columns.version) return was
  let any = 0
  let all = -1
  for (let r = 0; r < columns.size; r++) {
    any |= columns.flags[r]
    all &= columns.flags[r]
  }
  const now = { version: columns.version, any, untaken: (all & bit.taken) === 0 }
  seen.set(model, now)
  return now
}
export function Legend({ model, coloured, hovered }: { model: RunModel; coloured: Coloured; hovered: number }) {
  const shown = useShown()
  const stops = Array.from({ length: 13 }, (_, i) => valueColour(i / 12, shown)).join(', ')
  const on = hovered >= 0 && hovered < model.columns.size
  const share = on ? coloured.share[hovered] : Number.NaN
  const { any, untaken } = occurring(model)
  const here = forms.filter(f => (f.flag === 'untaken' ? untaken : (any & bit[f.flag]) !== 0))
  const { label, about } = colourings[coloured.instead ? 'critic' : coloured.by]
  const spans = coloured.high > coloured.low
  return (
    <div className="tree-legend">
      <div className="tree-scale" title={`${about}. Where several nodes share a pixel, the highest is shown.`}>
        <span className="small">
          {label}
          {['tokens', 'calls', 'order'].includes(coloured.unit) && <span className="faint"> {coloured.unit}</span>}
        </span>
        {Number.isNaN(coloured.low) ? (
          <span className="faint small">not known of any node</span>
        ) : (
          <>
            {spans ? (
              <span className="tree-scale-bar" style={{ backgroundImage: `linear-gradient(to right, ${stops})` }}>
                {!Number.isNaN(share) && <i style={{ left: `${share * 100}%` }} />}
              </span>
            ) : (
              // One value, one colour.
              <span className="tree-scale-bar" style={{ background: valueColour(0.6, shown) }} />
            )}
            <span className="tree-scale-ends small">
              <span>{inUnit(coloured, coloured.low)}</span>
              {on && <b>{inUnit(coloured, coloured.of(hovered))}</b>}
              {spans && <span>{inUnit(coloured, coloured.high)}</span>}
            </span>
          </>
        )}
      </div>
      {here.length > 0 && (
        <ul className="tree-forms small">
          {here.map(f => (
            <li key={f.name}>
              <svg viewBox="0 0 16 16" aria-hidden="true">
                {f.form}
              </svg>
              {f.name}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

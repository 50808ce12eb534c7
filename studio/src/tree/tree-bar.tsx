// What one may choose about the view of a tree: layout, colour, what is left out, what is looked for.
import { useEffect, useRef, useState } from 'react'
import { get, url } from '../api.ts'
import { Choice, Popover } from '../shell/controls.tsx'
import { count } from '../shell/format.ts'
import { useKeys } from '../shell/keys.tsx'
import { type Colouring, colourings } from './colouring.ts'
import { type Hidden, hideable, type Look } from './look.ts'

const shapes = [
  { value: 'tidy', label: 'Tidy', title: 'Depth to the right, leaves below each other (1)' },
  { value: 'radial', label: 'Radial', title: 'Depth outwards (2)' },
  { value: 'icicle', label: 'Icicle', title: 'Each node as wide as its leaves (3)' },
] as const

export function TreeBar({ look, onLook }: { look: Look; onLook(change: Partial<Look>): void }) {
  const toggle = (h: Hidden): void => onLook({ hide: look.hide.includes(h) ? look.hide.filter(x => x !== h) : [...look.hide, h] })
  return (
    <div className="tree-bar">
      <Choice label="Layout" value={look.shape} of={shapes} onChange={shape => onLook({ shape })} />
      <label className="tree-colour">
        <span className="visually-hidden">Colour by</span>
        <select className="input" value={look.colour} title="Colour by (c)" onChange={e => onLook({ colour: e.target.value as Colouring })}>
          {Object.entries(colourings).map(([id, c]) => (
            <option key={id} value={id}>
              {c.label}
            </option>
          ))}
        </select>
      </label>
      <Popover small label={look.hide.length === 0 ? 'Hide' : `Hidden: ${look.hide.map(h => hideable[h]).join(', ')}`}>
        {() =>
          (Object.keys(hideable) as Hidden[]).map(h => (
            <label key={h} className="menu-item">
              {hideable[h]}
              <input type="checkbox" checked={look.hide.includes(h)} onChange={() => toggle(h)} />
            </label>
          ))
        }
      </Popover>
    </div>
  )
}
/** Looks for text in actions and states; says how many rows have it, and goes through them. */
export function Find({
  run,
  text,
  onText,
  onFound,
  onSelect,
}: {
  run: string
  text: string
  onText(text: string): void
  onFound(rows: readonly number[]): void
  onSelect(row: number): void
}) {
  const field = useRef<HTMLInputElement>(null)
  const [rows, setRows] = useState<readonly number[] | undefined>()
  const at = useRef(-1)
  const found = useRef(onFound)
  found.current = onFound
  useKeys('Tree', [{ keys: ['/'], about: 'look for text', do: () => field.current?.focus() }])
  useEffect(() => {
    at.current = -1
    if (text === '') {
      setRows(undefined)
      found.current([])
      return
    }
    const abort = new AbortController()
    const timer = setTimeout(() => {
      get<{ rows: number[] }>(url(`/api/runs/${encodeURIComponent(run)}/search`, { text }), { signal: abort.signal }).then(
        answer => {
          setRows(answer.rows)
          found.current(answer.rows)
        },
        () => setRows(undefined),
      )
    }, 180)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [run, text])
  return (
    <div className="tree-find">
      <input
        ref={field}
        className="input"
        type="search"
        placeholder="Find"
        aria-label="Find in actions and states"
        title="Find in actions and states (/); Enter goes through what was found"
        value={text}
        onChange={e => onText(e.target.value)}
        onKeyDown={e => {
          if (e.key === 'Escape') e.currentTarget.blur()
          if (e.key !== 'Enter' || rows === undefined || rows.length === 0) return
          at.current = (at.current + (e.shiftKey ? rows.length - 1 : 1)) % rows.length
          onSelect(rows[at.current])
        }}
      />
      {rows !== undefined && <span className="small faint">{count(rows.length)} found</span>}
    </div>
  )
}

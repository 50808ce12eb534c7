// How it grew: a slider over the rows in the order in which they were made, with the pace of the making above it.
import { useEffect, useMemo, useRef, useState } from 'react'
import { Button } from '../shell/controls.tsx'
import { count, seconds } from '../shell/format.ts'
import { useKeys } from '../shell/keys.tsx'
import { useValue } from '../shell/state.ts'
import type { RunModel } from './model.ts'

const buckets = 120
/** Rows made in each of equal spans of time, as a path in a box of 120 by 1; '' where the times are not known. */
function paceOf(model: RunModel): string {
  const { born, size } = model.columns
  const last = born[size - 1]
  // Of a few rows there is no pace.
  if (size < buckets / 2 || !(last > 0)) return ''
  // Over rows, as the slider runs: how long the rows of each bucket took, turned over into a pace.
  const pace = new Float64Array(buckets)
  for (let i = 0; i < buckets; i++) {
    const from = Math.floor((i * (size - 1)) / buckets)
    const to = Math.max(from + 1, Math.floor(((i + 1) * (size - 1)) / buckets))
    const span = born[to] - born[from]
    pace[i] = Number.isNaN(span) ? 0 : (to - from) / Math.max(span, last / 1e6)
  }
  const top = [...pace].sort((a, b) => a - b)[Math.floor(buckets * 0.97)] || 1
  let path = 'M0 1'
  for (let i = 0; i < buckets; i++) {
    const y = (1 - Math.min(1, pace[i] / top) * 0.94).toFixed(3)
    path += `V${y}H${i + 1}`
  }
  return `${path}V1Z`
}
export function Timeline({
  model,
  rows,
  onRows,
  keys = true,
}: {
  model: RunModel
  rows: number | null
  onRows(rows: number | null): void
  keys?: boolean
}) {
  const version = useValue(model.version)
  const [playing, setPlaying] = useState(false)
  const size = model.columns.size
  const at = Math.min(rows ?? size, size)
  const now = useRef(at)
  now.current = at
  const set = useRef(onRows)
  set.current = onRows
  // Eight seconds for all of it, whatever its size.
  useEffect(() => {
    if (!playing) return
    let raf = 0
    let before = performance.now()
    let exact = now.current >= model.columns.size ? 1 : now.current
    const step = (time: number): void => {
      exact += ((time - before) / 8000) * model.columns.size
      before = time
      if (exact >= model.columns.size) {
        set.current(null)
        setPlaying(false)
        return
      }
      if (Math.floor(exact) !== now.current) set.current(Math.max(1, Math.floor(exact)))
      raf = requestAnimationFrame(step)
    }
    raf = requestAnimationFrame(step)
    return () => cancelAnimationFrame(raf)
  }, [playing, model])
  // Anew at most each two seconds while it grows.
  const coarse = model.columns.size < 5000 ? version : Math.floor(version / 60)
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the path is made of changes with the version
  const pace = useMemo(() => paceOf(model), [model, coarse])
  const go = (to: number): void => onRows(to >= size ? null : Math.max(1, Math.round(to)))
  useKeys(
    'How it grew',
    keys
      ? [
          { keys: [' '], about: 'play, stop', do: () => setPlaying(p => !p) },
          { keys: ['['], about: 'a step back', do: () => go(at - Math.max(1, size / 100)) },
          { keys: [']'], about: 'a step on', do: () => go(at + Math.max(1, size / 100)) },
          { keys: ['\\'], about: 'to the end', do: () => onRows(null) },
        ]
      : [],
  )
  const timed = size > 0 && model.columns.born[size - 1] > 0
  const time = at > 0 ? model.columns.born[at - 1] : Number.NaN
  return (
    <div className="timeline">
      <Button kind="plain" small title={playing ? 'Stop (space)' : 'Play how it grew (space)'} onClick={() => setPlaying(p => !p)}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          {playing ? <path d="M5 3v10M11 3v10" strokeWidth="2.4" /> : <path d="M4.500 2.500v11l9-5.500z" fill="currentcolor" />}
        </svg>
        <span className="visually-hidden">{playing ? 'Stop' : 'Play'}</span>
      </Button>
      <div className="timeline-track" data-pace={pace === '' ? undefined : ''}>
        {pace !== '' && (
          <svg viewBox={`0 0 ${buckets} 1`} preserveAspectRatio="none" aria-hidden="true">
            <path d={pace} />
            <rect x={(at / Math.max(1, size)) * buckets} y="0" width={buckets} height="1" className="timeline-later" />
          </svg>
        )}
        <input
          type="range"
          aria-label="Rows that are there"
          min={1}
          max={Math.max(1, size)}
          value={at}
          onChange={e => {
            setPlaying(false)
            go(Number(e.target.value))
          }}
        />
      </div>
      <span
        className="timeline-text small"
        title={rows === null ? undefined : 'Numbers and colours are those of now; only what was there is shown.'}
      >
        <b>{count(at)}</b> of {count(size)}
        {timed && <span className="faint"> · {seconds(time)}</span>}
      </span>
    </div>
  )
}

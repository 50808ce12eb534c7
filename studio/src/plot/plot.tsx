// Curves with bands and direct labels. Under the pointer, or with the arrow keys, the labels say the values at that place.
import { type KeyboardEvent, type PointerEvent, useEffect, useId, useMemo, useRef, useState } from 'react'
import { Button } from '../shell/controls.tsx'
import { seriesColours } from '../shell/scale.ts'
import { token, useShown } from '../shell/theme.ts'
import { axisTicks, type ScaleKind, scale, spread } from './axis.ts'
import './plot.css'
import { csvOf, save, svgText } from './save.ts'

export interface Point {
  x: number
  /** null: not known there. */
  y: number | null
  low?: number
  high?: number
}
export interface Series {
  name: string
  points: readonly Point[]
  /** plain: grey, what the others are held against. strong: what is to be looked at. past: faint, without a label. */
  rank?: 'plain' | 'strong' | 'past'
  /** A further part of what the series before it shows: the same colour, dashed. */
  dashed?: boolean
  /** The interval as a band, or as a bar at each point. */
  interval?: 'band' | 'bars'
  dots?: boolean
  /** What is so from a point on until the next: as stairs. */
  step?: boolean
  /** Number of its colour; default: its place among those that are not plain. */
  colour?: number
}
export interface PlotProps {
  /** What is to be seen, in a line. */
  title: string
  /** Of the files that it is saved as. */
  name: string
  series: readonly Series[]
  x: { label: string; kind?: ScaleKind; format(x: number): string; from?: number; to?: number; whole?: boolean }
  y: { label: string; format(y: number): string; from?: number; to?: number }
  /** A word under the title. */
  about?: string
}
const lineHeight = 15
const margin = { top: 14, bottom: 40, left: 46 }

/** The value of a series at x: that of the last point before it. */
const at = (s: Series, x: number): Point | undefined => {
  let found: Point | undefined
  for (const p of s.points) {
    if (p.x > x + 1e-9) break
    if (p.y !== null) found = p
  }
  return found
}

/** The points that are joined by straight lines. */
const corners = (s: Series): readonly Point[] =>
  s.step ? s.points.flatMap((p, i) => (i === 0 ? [p] : [{ ...s.points[i - 1], x: p.x }, p])) : s.points

export function Plot(o: PlotProps) {
  const { series } = o
  const frame = useRef<HTMLDivElement>(null)
  const svg = useRef<SVGSVGElement>(null)
  const [width, setWidth] = useState(0)
  const [cursor, setCursor] = useState<number | null>(null)
  const shown = useShown()
  const id = useId()
  useEffect(() => {
    const node = frame.current
    if (node === null) return
    const seen = new ResizeObserver(([e]) => setWidth(Math.floor(e.contentRect.width)))
    seen.observe(node)
    return () => seen.disconnect()
  }, [])

  const xs = useMemo(
    () => [...new Set(series.flatMap(s => s.points.filter(p => p.y !== null).map(p => p.x)))].sort((a, b) => a - b),
    [series],
  )
  const styles = useMemo(() => {
    const colours = seriesColours(shown)
    let next = 0
    return series.map(s => {
      const grey = s.rank === 'plain' || s.rank === 'past'
      const i = s.colour ?? (grey ? -1 : next++)
      const own = colours[i % colours.length]
      return {
        colour: s.rank === 'plain' ? 'var(--ink-3)' : s.rank === 'past' && s.colour === undefined ? 'var(--line-strong)' : own.line,
        text: grey ? 'var(--ink-3)' : own.text,
        dash: s.dashed || (!grey && i >= colours.length) ? '5 4' : undefined,
        width: s.rank === 'strong' ? 2.4 : s.rank === 'past' ? 1 : 1.7,
        opacity: s.rank === 'past' ? 0.45 : 1,
      }
    })
  }, [series, shown])

  const values = series
    .flatMap(s => s.points.flatMap(p => [p.y, p.low ?? p.y, p.high ?? p.y]))
    .filter(v => v !== null && Number.isFinite(v)) as number[]
  const yFrom = o.y.from ?? Math.min(...values, 0)
  const yTop = o.y.to ?? (Math.max(...values, yFrom + 1e-9) || 1)
  const xFrom = o.x.from ?? xs[0] ?? 0
  const xTo = o.x.to ?? Math.max(xs.at(-1) ?? 1, xFrom + 1e-9)
  // The widest thing said of a series at any place, so that nothing moves under the pointer.
  const longest = Math.max(0, ...series.filter(s => s.rank !== 'past').map(s => s.name.length))
  const room = Math.min(width * 0.36, 18 + 6.7 * Math.min(26, longest) + 92)
  const height = Math.max(
    280,
    Math.min(420, width * 0.3),
    margin.top + margin.bottom + series.filter(s => s.rank !== 'past').length * lineHeight,
  )
  const across = scale(o.x.kind ?? 'linear', [xFrom, xTo], [margin.left, Math.max(margin.left + 40, width - room)])
  const up = scale('linear', [yFrom, yTop], [height - margin.bottom, margin.top])
  const now = cursor === null ? undefined : xs[Math.max(0, Math.min(xs.length - 1, cursor))]
  const said = series.map(s => (now === undefined ? s.points.findLast(p => p.y !== null) : at(s, now)))
  const wanted = said.map(p => (p === undefined ? height : up.at(p.y!)))
  const labelled = series.flatMap((s, i) => (s.rank === 'past' ? [] : [i]))
  const placed = spread(
    labelled.map(i => wanted[i]),
    lineHeight,
    margin.top,
    height - margin.bottom,
  )
  const labels = new Map(labelled.map((i, at) => [i, placed[at]]))
  const xTicks = axisTicks(across, 64).filter(t => !o.x.whole || Number.isInteger(t))
  const yTicks = axisTicks(up, 40)

  const move = (e: PointerEvent<SVGSVGElement>): void => {
    if (xs.length === 0) return
    const px = e.clientX - e.currentTarget.getBoundingClientRect().left
    let best = 0
    for (let i = 1; i < xs.length; i++) if (Math.abs(across.at(xs[i]) - px) < Math.abs(across.at(xs[best]) - px)) best = i
    setCursor(best)
  }
  const key = (e: KeyboardEvent): void => {
    const last = xs.length - 1
    const step: Record<string, number> = {
      ArrowLeft: (cursor ?? last + 1) - 1,
      ArrowRight: (cursor ?? -1) + 1,
      Home: 0,
      End: last,
    }
    if (e.key === 'Escape') setCursor(null)
    else if (e.key in step) setCursor(Math.max(0, Math.min(last, step[e.key])))
    else return
    e.preventDefault()
    e.stopPropagation()
  }
  const path = (points: readonly Point[]): string => {
    let d = ''
    let pen = false
    for (const p of points) {
      if (p.y === null) pen = false
      else {
        d += `${pen ? 'L' : 'M'}${across.at(p.x).toFixed(1)} ${up.at(p.y).toFixed(1)}`
        pen = true
      }
    }
    return d
  }
  const band = (points: readonly Point[]): string => {
    const some = points.filter(p => p.low !== undefined && p.high !== undefined && p.y !== null)
    if (some.length < 2) return ''
    const clip = (v: number): string => up.at(Math.max(yFrom, Math.min(yTop, v))).toFixed(1)
    const over = some.map(p => `${across.at(p.x).toFixed(1)} ${clip(p.high!)}`)
    const under = some.map(p => `${across.at(p.x).toFixed(1)} ${clip(p.low!)}`).reverse()
    return `M${[...over, ...under].join('L')}Z`
  }
  const interval = (p: Point): string =>
    p.low === undefined || p.high === undefined ? '' : ` [${o.y.format(p.low)}, ${o.y.format(p.high)}]`
  const right = across.range[1]
  const bottom = height - margin.bottom

  return (
    <figure className="plot" ref={frame} aria-labelledby={id}>
      <figcaption className="plot-head">
        <span id={id}>
          <b>{o.title}</b>
          {o.about !== undefined && <span className="quiet"> {o.about}</span>}
        </span>
        <span className="plot-acts">
          <Button
            kind="plain"
            small
            title="Save the picture"
            onClick={() => svg.current && save(`${o.name}.svg`, 'image/svg+xml', svgText(svg.current, token('--ground')))}
          >
            SVG
          </Button>
          <Button kind="plain" small title="Save the numbers" onClick={() => save(`${o.name}.csv`, 'text/csv', csvOf(o.x.label, series))}>
            CSV
          </Button>
        </span>
      </figcaption>
      {width > 0 && (
        <svg
          ref={svg}
          width={width}
          height={height}
          viewBox={`0 0 ${width} ${height}`}
          role="img"
          aria-label={`${o.title}. ${series.map((s, i) => `${s.name}: ${said[i] === undefined ? 'unknown' : o.y.format(said[i].y!)}`).join('; ')}`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: its values are read with the arrow keys
          tabIndex={0}
          onPointerMove={move}
          onPointerLeave={() => setCursor(null)}
          onBlur={() => setCursor(null)}
          onKeyDown={key}
        >
          {yTicks.map(t => (
            <g key={t}>
              <line className="plot-grid" x1={margin.left} x2={right} y1={up.at(t)} y2={up.at(t)} />
              <text className="plot-tick" x={margin.left - 8} y={up.at(t) + 4} textAnchor="end">
                {o.y.format(t)}
              </text>
            </g>
          ))}
          <line className="plot-axis" x1={margin.left} x2={right} y1={bottom} y2={bottom} />
          {xTicks.map(t => (
            <g key={t} opacity={now !== undefined && Math.abs(across.at(t) - across.at(now)) < 40 ? 0.15 : 1}>
              <line className="plot-axis" x1={across.at(t)} x2={across.at(t)} y1={bottom} y2={bottom + 4} />
              <text className="plot-tick" x={across.at(t)} y={bottom + 18} textAnchor="middle">
                {o.x.format(t)}
              </text>
            </g>
          ))}
          <text className="plot-tick" x={(margin.left + right) / 2} y={height - 4} textAnchor="middle">
            {o.x.label}
          </text>
          {series.map((s, i) =>
            s.interval === 'bars' ? (
              <g key={s.name}>
                {s.points.map(
                  p =>
                    p.low !== undefined &&
                    p.high !== undefined && (
                      <line
                        key={p.x}
                        x1={across.at(p.x)}
                        x2={across.at(p.x)}
                        y1={up.at(p.low)}
                        y2={up.at(p.high)}
                        stroke={styles[i].colour}
                        strokeWidth={1.5}
                        opacity={0.45}
                      />
                    ),
                )}
              </g>
            ) : (
              s.interval === 'band' && <path key={s.name} d={band(corners(s))} fill={styles[i].colour} stroke="none" opacity={0.13} />
            ),
          )}
          {series
            .map((s, i) => (
              <g key={s.name} data-series={s.name} opacity={styles[i].opacity}>
                <path
                  d={path(corners(s))}
                  fill="none"
                  stroke={styles[i].colour}
                  strokeWidth={styles[i].width}
                  strokeDasharray={styles[i].dash}
                  strokeLinejoin="round"
                  strokeLinecap="round"
                />
                {(s.dots || s.points.length === 1) &&
                  s.points.map(
                    p =>
                      p.y !== null && <circle key={p.x} cx={across.at(p.x)} cy={up.at(p.y)} r={3} fill={styles[i].colour} stroke="none" />,
                  )}
              </g>
            ))
            // The first is drawn last: on top.
            .reverse()}
          {now !== undefined && (
            <g data-live="">
              <line className="plot-cursor" x1={across.at(now)} x2={across.at(now)} y1={margin.top} y2={bottom + 4} />
              <text className="plot-now" x={across.at(now)} y={bottom + 18} textAnchor="middle">
                {o.x.format(now)}
              </text>
              {series.map(
                (s, i) =>
                  said[i] !== undefined && (
                    <circle key={s.name} cx={across.at(now)} cy={up.at(said[i].y!)} r={3.5} fill={styles[i].colour} className="plot-dot" />
                  ),
              )}
            </g>
          )}
          {series.map((s, i) => {
            const p = said[i]
            const y = labels.get(i)
            if (p === undefined || y === undefined) return null
            return (
              <g key={s.name} data-label={s.name}>
                <path
                  d={`M${right + 3} ${wanted[i].toFixed(1)}L${right + 12} ${y.toFixed(1)}`}
                  stroke={styles[i].colour}
                  fill="none"
                  opacity={Math.abs(wanted[i] - y) < 2 ? 0 : 0.5}
                />
                <text className="plot-name" x={right + 16} y={y + 4} fill={styles[i].text} fontWeight={s.rank === 'strong' ? 600 : 500}>
                  {s.name.length > 26 ? `${s.name.slice(0, 25)}…` : s.name}
                  <tspan className="plot-value" dx={7}>
                    {o.y.format(p.y!)}
                    {now !== undefined && interval(p)}
                  </tspan>
                </text>
              </g>
            )
          })}
          <text className="visually-hidden" aria-live="polite">
            {now === undefined
              ? ''
              : `${o.x.label} ${o.x.format(now)}: ${series.map((s, i) => (said[i] === undefined ? '' : `${s.name} ${o.y.format(said[i].y!)}`)).join(', ')}`}
          </text>
        </svg>
      )}
    </figure>
  )
}

// The best score for what had been spent: a small step line.
import { useEffect } from 'react'
import type { CurvePoint } from '../../../src/serve/api/wire.ts'
import { useGet } from '../api.ts'
import { compact, fixed } from '../shell/format.ts'
import { useValue } from '../shell/state.ts'
import type { RunModel } from '../tree/model.ts'

const [width, height] = [150, 34]
export function Curve({ model }: { model: RunModel }) {
  const row = useValue(model.row)
  const best = useValue(model.best)
  const got = useGet<{ points: CurvePoint[] }>(`/api/runs/${encodeURIComponent(model.run)}/curve`)
  const { reload } = got
  const over = row !== undefined && row.status !== 'running'
  // biome-ignore lint/correctness/useExhaustiveDependencies: a better answer is a new point
  useEffect(() => {
    const timer = setTimeout(reload, 600)
    return () => clearTimeout(timer)
  }, [best, over, reload])
  const points = (got.data?.points ?? []).filter((p): p is CurvePoint & { score: number } => p.score !== null)
  if (points.length === 0) return null
  const end = Math.max(row?.spent.calls ?? 0, points.at(-1)!.calls, 1)
  const scores = points.map(p => p.score)
  const low = Math.min(0, ...scores)
  const high = Math.max(1, ...scores)
  const x = (calls: number): string => ((calls / end) * width).toFixed(1)
  const y = (s: number): string => (height - 2 - ((s - low) / (high - low)) * (height - 4)).toFixed(1)
  let path = `M${x(points[0].calls)} ${height - 0.5}V${y(points[0].score)}`
  for (const p of points.slice(1)) path += `H${x(p.calls)}V${y(p.score)}`
  path += `H${width}`
  // Where it became as good as it is: later answers may be others of the same score.
  const last = points.find(p => p.score === points.at(-1)!.score)!
  return (
    <figure
      className="curve"
      title={`Best score ${fixed(last.score)} after ${last.calls} calls. Scale ${fixed(low, 1)} to ${fixed(high, 1)}.`}
    >
      <figcaption className="meter-text">
        <span>best score</span>
        <b>{fixed(last.score)}</b>
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`Best score over ${compact(end)} calls`}>
        <path d={`M0 ${height - 0.5}H${width}`} className="curve-ground" />
        <path d={path} className="curve-line" />
        <circle cx={x(last.calls)} cy={y(last.score)} r="2.6" className="curve-end" />
      </svg>
    </figure>
  )
}

// A value with its interval on a line, for a cell of a table: all rows of a table share a scale.
export function Span(o: {
  value: number
  low: number
  high: number
  from: number
  to: number
  mark?: number | null
  strong?: boolean
  label: string
}) {
  const at = (x: number): string => `${((100 * (Math.max(o.from, Math.min(o.to, x)) - o.from)) / (o.to - o.from || 1)).toFixed(2)}%`
  const colour = o.strong ? 'var(--accent)' : 'var(--ink-2)'
  return (
    <svg className="span-plot" role="img" aria-label={o.label}>
      <line x1="0" x2="100%" y1="50%" y2="50%" stroke="var(--line)" />
      {o.mark !== undefined && o.mark !== null && (
        <line x1={at(o.mark)} x2={at(o.mark)} y1="5%" y2="95%" stroke="var(--line-strong)" strokeDasharray="2 2" />
      )}
      <line x1={at(o.low)} x2={at(o.high)} y1="50%" y2="50%" stroke={colour} strokeWidth={2} opacity={0.6} />
      <circle cx={at(o.value)} cy="50%" r={4} fill={colour} />
    </svg>
  )
}

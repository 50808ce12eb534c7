// A comparison as a plain text table, as wide as there is room.
import type { Comparison } from './compare-result.ts'
import type { Row } from './compare-statistics.ts'

interface Column {
  name: string
  /** Least wanted goes first where there is little room. */
  worth: number
  left?: boolean
  text(r: Row): string
}

const percent = (x: number): string => (Number.isFinite(x) ? (100 * x).toFixed(0) : '-')
const signed = (x: number): string => `${Math.round(100 * x) > 0 ? '+' : ''}${Math.round(100 * x)}`
const probability = (p: number): string => (p < 0.001 ? '<.001' : p.toFixed(3).replace(/^0/, ''))
/** A mean with as many digits as say something. */
export const amountText = (x: number | null): string =>
  x === null
    ? '?'
    : x === 0
      ? '0'
      : x >= 100_000
        ? `${Math.round(x / 1000)}k`
        : x >= 100
          ? x.toFixed(0)
          : x >= 1
            ? x.toFixed(1)
            : x.toPrecision(2)

const columns: readonly Column[] = [
  { name: 'method', worth: 100, left: true, text: r => r.method },
  { name: 'right %', worth: 99, text: r => percent(r.rate) },
  { name: '95 %', worth: 80, text: r => `${percent(r.interval[0])}..${percent(r.interval[1])}` },
  { name: 'vs best-of-n', worth: 95, text: r => (r.versusBestOfN === null ? '' : signed(r.versusBestOfN.difference)) },
  {
    name: '95 %',
    worth: 70,
    text: r => (r.versusBestOfN === null ? '' : `${signed(r.versusBestOfN.interval[0])}..${signed(r.versusBestOfN.interval[1])}`),
  },
  { name: 'p', worth: 85, text: r => (r.versusBestOfN === null ? '' : probability(r.versusBestOfN.p)) },
  { name: 'calls', worth: 90, text: r => amountText(r.spent.calls) },
  { name: 'tokens', worth: 60, text: r => amountText(r.spent.inputTokens + r.spent.outputTokens) },
  { name: 'usd', worth: 55, text: r => amountText(r.spent.usd) },
  { name: 'seconds', worth: 30, text: r => amountText(r.spent.seconds) },
  { name: 'tools', worth: 20, text: r => amountText(r.spent.toolCalls) },
  { name: 'yield %', worth: 40, text: r => percent(r.yield) },
  { name: 'grain', worth: 50, left: true, text: r => r.grain ?? '-' },
  { name: 'failed', worth: 75, text: r => (r.errors > 0 ? String(r.errors) : '') },
]
/** Said by the same thing in every row: left out. */
const silent: Readonly<Record<string, (r: Row) => boolean>> = {
  usd: r => r.spent.usd === 0 || r.spent.usd === null,
  seconds: r => r.spent.seconds === 0,
  tools: r => r.spent.toolCalls === 0,
  failed: r => r.errors === 0,
}

/**
 * The rows, best first, with what stands above and below them; every line at most `width` characters. Columns that do not fit are left out, the least
 * telling first.
 * @param o.width default 100
 */
export function comparisonTable(c: Comparison, o: { width?: number } = {}): string {
  const { width = 100 } = o
  const sorted = [...c.rows].sort((a, b) =>
    Number.isNaN(a.rate) ? 1 : Number.isNaN(b.rate) ? -1 : b.rate - a.rate || a.spent.calls - b.spent.calls,
  )
  const cells = columns.map(col => {
    const texts = sorted.map(r => (r.cells === 0 && col.name !== 'method' && col.name !== 'failed' ? '-' : col.text(r)))
    return { col, texts, width: Math.max(col.name.length, ...texts.map(t => t.length)) }
  })
  let shown = cells.filter(({ col }) => !(col.name in silent && c.rows.every(silent[col.name])))
  const total = (): number => shown.reduce((n, x) => n + x.width + 2, -2)
  while (total() > width && shown.length > 2) {
    const least = shown.reduce((a, b) => (b.col.worth < a.col.worth ? b : a))
    shown = shown.filter(x => x !== least)
  }
  const line = (text: (x: (typeof shown)[number]) => string): string =>
    shown
      .map(x => (x.col.left ? text(x).padEnd(x.width) : text(x).padStart(x.width)))
      .join('  ')
      .trimEnd()
      .slice(0, width)
  const budget = Object.entries(c.budget)
    .map(([unit, limit]) => `${limit} ${unit}`)
    .join(', ')
  const models = Object.entries(c.models)
    .map(([role, id]) => (role === 'policy' ? id : `${role} ${id}`))
    .join(', ')
  const head = `${c.world}: ${c.items} tasks, ${c.seeds} ${c.seeds === 1 ? 'seed' : 'seeds'}, at most ${budget} a task; ${models}; reward ${c.reward}; graded by ${c.grader}`
  return [
    ...wrap(head, width),
    '',
    line(x => x.col.name),
    ...grouped(sorted).flatMap(({ name, rows }) => [
      ...(name === '' ? [] : ['', `${name}:`.slice(0, width)]),
      ...rows.map(i => line(x => x.texts[i])),
    ]),
    '',
    ...wrap(c.verdict, width),
    '',
    ...wrap(
      'Means a task. Intervals are over tasks (Wilson; differences: bootstrap), and hold for all methods together (95 %, Bonferroni). p: that there is no difference, corrected for the number of methods (Holm).',
      width,
    ),
    ...(c.excluded.length > 0 ? [''] : []),
    ...reasons(c.excluded).flatMap(line => wrap(line, width)),
  ].join('\n')
}

/** From so many rows on they stand in groups. */
const many = 10
const level = 0.05
/** Rows by what can be said of them, in their order within each group; few rows are one group without a name. */
function grouped(sorted: readonly Row[]): { name: string; rows: number[] }[] {
  const all = [...sorted.keys()]
  if (sorted.length < many) return [{ name: '', rows: all }]
  const group = (r: Row): string => {
    const v = r.versusBestOfN
    if (r.cells === 0) return 'no result'
    if (v === null) return 'the baseline'
    return v.p <= level && v.difference > 0 ? 'better than best-of-n' : v.p <= level && v.difference < 0 ? 'worse' : 'no difference seen'
  }
  return ['better than best-of-n', 'the baseline', 'no difference seen', 'worse', 'no result']
    .map(name => ({ name, rows: all.filter(i => group(sorted[i]) === name) }))
    .filter(g => g.rows.length > 0)
}

/** Who was left out and why, methods of one reason in one line. */
export function reasons(excluded: Comparison['excluded']): string[] {
  const by = new Map<string, string[]>()
  for (const { method, why } of excluded) {
    // A reason begins with the method's id, which a label may carry on from.
    const id = method.split(/[@#]/)[0]
    const reason = why.startsWith(`${id} `) ? why.slice(id.length + 1) : why
    by.set(reason, [...(by.get(reason) ?? []), method])
  }
  return [...by].map(([reason, methods]) => `left out: ${methods.join(', ')}: ${reason}`)
}

/** Broken at spaces; a word that is longer is cut. */
function wrap(text: string, width: number): string[] {
  const out: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      out.push(line)
      line = ''
    }
    line = line === '' ? word.slice(0, width) : `${line} ${word}`
  }
  return line === '' ? out : [...out, line]
}

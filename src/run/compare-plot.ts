// A comparison as a picture: quality against spend, and where each method ends up with its interval. SVG, written directly.
import type { Comparison } from './compare-result.ts'
import type { Row } from './compare-statistics.ts'
import { amountText } from './compare-table.ts'

/** Okabe and Ito's colours that read on white and on black, told apart with any colour vision; further methods repeat them dashed. */
const colours = ['#e69f00', '#3a9bdc', '#009e73', '#d55e00', '#cc79a7', '#7b6fd0'] as const
const dashes = ['', '6 3', '2 3'] as const
/** Baselines are grey. */
const neutral = '#888888'

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string): string => text.replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd]/g, '\ufffd').replace(/[&<>"']/g, c => escapes[c])
const n = (x: number): string => String(Math.round(x * 100) / 100)

interface Style {
  colour: string
  dash: string
  width: number
}

/**
 * On the left the share of tasks whose best answer so far was right, against what had been spent; bands are 95 % intervals, of the best method and of
 * best-of-n. On the right every method's final rate with its interval, and its mean spend, best first; it is the legend, too. The ground is
 * transparent, and text is grey, so that it stands on light and dark pages alike.
 */
export function comparisonPlot(c: Comparison, o: { title?: string } = {}): string {
  const rows = c.rows.filter(r => r.cells > 0).sort((a, b) => b.rate - a.rate || a.spent.calls - b.spent.calls)
  const styles = style(rows)
  const step = 26
  const top = 90
  const left = { x: 52, w: 420 }
  const right = { names: 520, x: 690, w: 150, spend: 856 }
  const width = 940
  const h = Math.max(240, rows.length * step + 6)
  const height = top + h + 84
  const limit = c.budget[c.unit] ?? 1
  const high = ceiling(rows)
  // Spend on a square root: most is decided early, and 0 has a place.
  const x = (spent: number): number => left.x + left.w * Math.sqrt(Math.min(1, spent / limit))
  const y = (rate: number): number => top + h * (1 - rate / high)
  const across = (rate: number): number => right.x + right.w * (rate / high)

  const out: string[] = []
  const add = (tag: string, attributes: Record<string, string | number>, text?: string): void => {
    const a = Object.entries(attributes).map(([k, v]) => ` ${k}="${typeof v === 'number' ? n(v) : escaped(v)}"`)
    out.push(text === undefined ? `<${tag}${a.join('')}/>` : `<${tag}${a.join('')}>${escaped(text)}</${tag}>`)
  }
  const label = (at: [number, number], text: string, cls = 't', anchor = 'start'): void =>
    add('text', { x: at[0], y: at[1], class: cls, 'text-anchor': anchor }, text)

  label([left.x - 36, 24], o.title ?? 'Did searching pay?', 'h')
  const models = c.models.policy ?? ''
  label(
    [left.x - 36, 44],
    cut(
      `${c.world}, ${c.items} tasks, ${c.seeds} ${c.seeds === 1 ? 'seed' : 'seeds'}, at most ${amountText(limit)} ${c.unit} a task, ${models}, reward ${c.reward}`,
      130,
    ),
  )

  // Grid
  for (const rate of ticks(high)) {
    add('line', { x1: left.x, x2: left.x + left.w, y1: y(rate), y2: y(rate), class: 'g' })
    label([left.x - 8, y(rate) + 4], `${Math.round(100 * rate)}${rate === 0 ? '' : ' %'}`, 't', 'end')
    add('line', { x1: across(rate), x2: across(rate), y1: top, y2: top + h, class: 'g' })
    label([across(rate), top + h + 18], `${Math.round(100 * rate)}`, 't', 'middle')
  }
  for (const spent of spendTicks(limit, x)) {
    add('line', { x1: x(spent), x2: x(spent), y1: top + h, y2: top + h + 4, class: 'a' })
    label([x(spent), top + h + 18], short(spent), 't', 'middle')
  }
  add('line', { x1: left.x, x2: left.x + left.w, y1: top + h, y2: top + h, class: 'a' })
  label([left.x + left.w / 2, top + h + 38], `${c.unit} spent on a task`, 't', 'middle')
  label([left.x, top - 12], 'right so far')
  label([right.names, top - 12], 'method')
  label([right.x, top - 12], 'right in the end, 95 % interval')
  label([width - 20, top - 12], c.unit, 't', 'end')
  label([right.x + right.w / 2, top + h + 38], '% of the tasks', 't', 'middle')

  // Bands under lines
  const base = rows.find(r => r.versusBestOfN === null)
  for (const r of new Set([rows[0], base])) {
    if (r === undefined) continue
    const upper = r.curve.map(p => `${n(x(p.spent))},${n(y(Math.min(high, p.interval[1])))}`)
    const lower = r.curve.map(p => `${n(x(p.spent))},${n(y(p.interval[0]))}`).reverse()
    add('polygon', { points: [...upper, ...lower].join(' '), fill: styles.get(r)!.colour, opacity: 0.13 })
  }
  // The best on top
  for (const r of [...rows].reverse()) {
    const s = styles.get(r)!
    out.push(
      `<polyline points="${r.curve.map(p => `${n(x(p.spent))},${n(y(p.rate))}`).join(' ')}" fill="none" stroke="${s.colour}" stroke-width="${s.width}"${s.dash === '' ? '' : ` stroke-dasharray="${s.dash}"`} stroke-linejoin="round" stroke-linecap="round"><title>${escaped(r.method)}</title></polyline>`,
    )
  }
  rows.forEach((r, i) => {
    const s = styles.get(r)!
    const at = top + 16 + i * step
    add('line', {
      x1: right.names - 30,
      x2: right.names - 6,
      y1: at,
      y2: at,
      stroke: s.colour,
      'stroke-width': s.width,
      ...(s.dash === '' ? {} : { 'stroke-dasharray': s.dash }),
    })
    label([right.names, at + 4], cut(r.method, 23), 'n')
    add('line', {
      x1: across(Math.min(high, r.interval[0])),
      x2: across(Math.min(high, r.interval[1])),
      y1: at,
      y2: at,
      stroke: s.colour,
      'stroke-width': 2,
      opacity: 0.6,
    })
    add('circle', { cx: across(r.rate), cy: at, r: 4.5, fill: s.colour })
    label([right.spend + 20, at + 4], `${Math.round(100 * r.rate)}`, 'n', 'end')
    label([width - 20, at + 4], amountText(c.unit === 'tokens' ? r.spent.inputTokens + r.spent.outputTokens : r.spent[c.unit]), 't', 'end')
  })
  label([left.x - 36, height - 14], cut(c.verdict.split('. ')[0].replace(/\.?$/, '.'), 150), 't')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(c.verdict)}">
<style>text{font:12px ui-sans-serif,system-ui,"Segoe UI","DejaVu Sans",Arial,sans-serif}.t{fill:#808080}.n{fill:#6f7680}.h{fill:#6f7680;font-size:16px;font-weight:600}.g{stroke:#808080;stroke-opacity:.18}.a{stroke:#808080;stroke-opacity:.6}@media(prefers-color-scheme:dark){.n,.h{fill:#c3c8d0}}</style>
${out.join('\n')}
</svg>
`
}

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text)

/** The next tenth above all that is drawn, so that low rates fill the picture. */
function ceiling(rows: readonly Row[]): number {
  const most = Math.max(0.1, ...rows.map(r => r.interval[1]))
  return Math.min(1, Math.ceil(most * 10 - 1e-9) / 10)
}
/** Round numbers with room between them, and the limit. */
function spendTicks(limit: number, x: (spent: number) => number): number[] {
  const out = [limit]
  const room = (spent: number): boolean => out.every(o => Math.abs(x(o) - x(spent)) >= 44)
  for (let power = Math.floor(Math.log10(limit)); power >= Math.log10(limit) - 4; power--)
    for (const digit of [5, 2, 1]) if (digit * 10 ** power < limit && room(digit * 10 ** power)) out.push(digit * 10 ** power)
  return room(0) ? [...out, 0] : out
}
const short = (x: number): string => (x >= 10_000 ? `${n(x / 1000)}k` : x >= 1 || x === 0 ? n(x) : x.toPrecision(1))
const ticks = (high: number): number[] => {
  const by = high > 0.5 ? 0.2 : 0.1
  return Array.from({ length: Math.floor(high / by + 1e-9) + 1 }, (_, i) => i * by)
}

function style(rows: readonly Row[]): Map<Row, Style> {
  const out = new Map<Row, Style>()
  let next = 0
  for (const r of rows) {
    if (r.versusBestOfN === null) out.set(r, { colour: neutral, dash: '', width: 3 })
    else if (r.method.startsWith('self-consistency')) out.set(r, { colour: neutral, dash: '6 3', width: 2 })
    else {
      out.set(r, {
        colour: colours[next % colours.length],
        dash: dashes[Math.floor(next / colours.length) % dashes.length],
        width: next === 0 ? 3 : 2,
      })
      next++
    }
  }
  return out
}

// Small pictures side by side, readable on light and on dark ground.
import type { Change } from './differences.ts'

export interface Panel {
  readonly title: string
  readonly lines: readonly { readonly name: string; readonly points: readonly Change[] }[]
}
const [wide, high, columns] = [236, 170, 4]
const [left, right, top, bottom] = [34, 10, 26, 22]

/** One panel a loop: rates over rounds with their intervals. The key stands once, above. */
export function curves(panels: readonly Panel[]): string {
  const greatest = Math.max(...panels.flatMap(p => p.lines.flatMap(l => l.points.map(c => c.interval[1]))))
  const ceiling = Math.min(1, Math.ceil(greatest * 10) / 10)
  const one = (p: Panel, k: number): string => {
    const steps = p.lines[0].points.length - 1
    const x = (i: number): number => left + (i * (wide - left - right)) / Math.max(1, steps)
    const y = (rate: number): number => high - bottom - (rate / ceiling) * (high - top - bottom)
    const n = (v: number): string => v.toFixed(1)
    const grid = [0, ceiling / 2, ceiling].map(
      r =>
        `<line class="grid" x1="${left}" x2="${wide - right}" y1="${n(y(r))}" y2="${n(y(r))}"/><text x="${left - 5}" y="${n(y(r) + 4)}" text-anchor="end">${Math.round(100 * r)}</text>`,
    )
    const ticks = p.lines[0].points.map((_, i) => `<text x="${n(x(i))}" y="${high - 7}" text-anchor="middle">${i}</text>`)
    const lines = p.lines.map(({ points }, c) => {
      // A little apart, so that intervals do not hide each other.
      const at = (i: number): string => n(x(i) + 3 * (c - 1))
      const bars = points.map(
        (q, i) => `<line class="c${c} bar" x1="${at(i)}" x2="${at(i)}" y1="${n(y(q.interval[0]))}" y2="${n(y(q.interval[1]))}"/>`,
      )
      const path = `<polyline class="c${c}" points="${points.map((q, i) => `${at(i)},${n(y(q.mean))}`).join(' ')}"/>`
      return `${bars.join('')}${path}${points.map((q, i) => `<circle class="d${c}" cx="${at(i)}" cy="${n(y(q.mean))}" r="2.5"/>`).join('')}`
    })
    return `<g transform="translate(${(k % columns) * wide},${24 + Math.floor(k / columns) * high})"><text class="title" x="${left}" y="14">${p.title}</text>${grid.join('')}${ticks.join('')}${lines.join('')}</g>`
  }
  const W = Math.min(columns, panels.length) * wide
  const H = 24 + Math.ceil(panels.length / columns) * high
  const key = panels[0].lines.map(
    ({ name }, c) =>
      `<circle class="d${c}" cx="${left + 6 + c * 110}" cy="12" r="4"/><text x="${left + 16 + c * 110}" y="16">${name}</text>`,
  )
  const style = `text{fill:#57606a;font:11px sans-serif}.title{fill:#1f2328;font-weight:bold}.grid{stroke:#8c959f;stroke-opacity:.35}polyline{fill:none;stroke-width:2}.bar{stroke-opacity:.55;stroke-width:1.5}
.c0{stroke:#c05621}.d0{fill:#c05621}.c1{stroke:#6f42c1}.d1{fill:#6f42c1}.c2{stroke:#1f6f8b}.d2{fill:#1f6f8b}
@media (prefers-color-scheme:dark){text{fill:#9da7b3}.title{fill:#e6edf3}.c0{stroke:#f0883e}.d0{fill:#f0883e}.c1{stroke:#b392f0}.d1{fill:#b392f0}.c2{stroke:#56b3d1}.d2{fill:#56b3d1}}`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${W} ${H}" width="${W}" role="img" aria-label="solve rates in percent by round"><style>${style}</style>${key.join('')}${panels.map(one).join('')}</svg>\n`
}

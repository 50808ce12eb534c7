// A plot as a file: SVG that stands by itself, in the colours of the theme that is shown, and its numbers as CSV.
import type { Series } from './plot.tsx'

/** A cell of CSV (RFC 4180). What a spreadsheet would take for a formula is text. */
const cell = (x: string | number | null | undefined): string => {
  if (x === null || x === undefined || (typeof x === 'number' && Number.isNaN(x))) return ''
  const text = typeof x === 'string' && /^[=+\-@\t\r]/.test(x) ? `'${x}` : String(x)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
export const csvText = (rows: readonly (readonly (string | number | null | undefined)[])[]): string =>
  rows.map(r => `${r.map(cell).join(',')}\r\n`).join('')

export const csvOf = (x: string, series: readonly Pick<Series, 'name' | 'points'>[]): string =>
  csvText([['series', x, 'value', 'low', 'high'], ...series.flatMap(s => s.points.map(p => [s.name, p.x, p.y, p.low, p.high]))])

const drawn = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linejoin',
  'stroke-linecap',
  'opacity',
  'fill-opacity',
] as const
const written = ['font-family', 'font-size', 'font-weight', 'text-anchor'] as const

/** The picture with every style written into it. @param ground the colour behind it */
export function svgText(svg: SVGSVGElement, ground: string): string {
  const copy = svg.cloneNode(true) as SVGSVGElement
  const from = [svg, ...svg.querySelectorAll('*')]
  const to = [copy, ...copy.querySelectorAll('*')]
  from.forEach((node, i) => {
    const style = getComputedStyle(node)
    const out = to[i]
    out.removeAttribute('class')
    out.removeAttribute('style')
    if (i === 0 || node.tagName === 'g') return
    for (const name of node.tagName === 'text' || node.tagName === 'tspan' ? [...drawn, ...written] : drawn) {
      const value = style.getPropertyValue(name)
      if (value !== '' && value !== 'normal' && value !== 'auto') out.setAttribute(name, value)
    }
  })
  for (const n of copy.querySelectorAll('[data-live]')) n.remove()
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  copy.removeAttribute('tabindex')
  const back = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
  for (const [k, v] of Object.entries({ width: '100%', height: '100%', fill: ground })) back.setAttribute(k, v)
  copy.insertBefore(back, copy.firstChild)
  return `${new XMLSerializer().serializeToString(copy)}\n`
}

/** Gives the reader a file. */
export function save(name: string, type: string, content: BlobPart): void {
  const url = URL.createObjectURL(new Blob([content], { type }))
  const a = document.createElement('a')
  a.href = url
  a.download = name
  a.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

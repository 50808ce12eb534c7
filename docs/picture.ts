// Makes docs/picture.svg from a real run: what the terminal shows while it works and at its end, and the tree that grew. `npm run docs`.
import { writeFileSync } from 'node:fs'
import { look as note, observe, startProgress } from '../src/cli/progress.ts'
import { resultLines } from '../src/cli/report.ts'
import { type Line, type Style, width } from '../src/cli/text.ts'
import { view } from '../src/cli/view.ts'
import type { FlatTree } from '../src/kernel/index.ts'
import { frameOf, type Plan, solve } from '../src/run/index.ts'
import { asRoles, type Event } from '../src/runtime/index.ts'

const plan: Plan = {
  world: 'game24',
  task: '4 9 10 13',
  method: 'gumbel-search',
  models: { policy: 'simulated:error=0.1,latency=300' },
  budget: { calls: 200, seconds: 20 },
  seed: 1,
}
const run = 'r-4q1x9z'
const command = 'npx espalier solve game24 "4 9 10 13" --model simulated:error=0.1,latency=300 \\'
const more = '    --budget calls=200,time=20s'

const { frame, task, entry, reward } = await frameOf(plan)
const p = startProgress({ run, world: plan.world, task: entry.showTask(task), now: 0 })
const columns = 84
let shot: Line[] = []
const result = await solve(frame, task, {
  seed: plan.seed!,
  onEvent(e) {
    // The time of the run, not of the wall: the clock is virtual, and the picture the same at every making.
    observe(p, e as Event)
    note(p, p.spent.seconds ?? 0)
    if ((p.spent.calls ?? 0) <= 60) shot = view(p, { width: columns, unicode: true })
  },
})
const told = {
  plan,
  task: entry.showTask(task),
  models: Object.fromEntries(Object.entries(asRoles(frame.model)).map(([role, x]) => [role, x.id])),
  reward,
  seed: plan.seed!,
  concurrency: 8,
  limits: plan.budget!,
  store: '',
}
const done = resultLines({ ...result, run }, told, { width: columns, unicode: true })

const ink: Record<Style, string> = {
  plain: '#d7dae0',
  bold: '#ffffff',
  dim: '#7f8693',
  good: '#8fd18a',
  bad: '#e87d78',
  warn: '#e5c07b',
  accent: '#6cb6c4',
}
const xml = (t: string): string => t.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
const cell = 7.53
const leading = 19
const left = 26

/** A line of the terminal. Each piece stands at its own column, whatever the font does. */
function text(line: Line, y: number): string {
  let x = 0
  const out: string[] = []
  for (const q of line) {
    const w = width(q.text)
    if (q.text.trim() !== '') {
      const before = q.text.length - q.text.trimStart().length
      const body = q.text.trim()
      const weight = q.style === 'bold' ? ' font-weight="600"' : ''
      out.push(
        `<text x="${(left + (x + before) * cell).toFixed(1)}" y="${y}" fill="${ink[q.style]}"${weight} textLength="${(width(body) * cell).toFixed(1)}" lengthAdjust="spacingAndGlyphs" xml:space="preserve">${xml(body)}</text>`,
      )
    }
    x += w
  }
  return out.join('')
}

const prompt: Line = [
  { text: '$ ', style: 'good' },
  { text: command, style: 'bold' },
]
const gap: Line = []
const rows: Line[] = [
  prompt,
  [{ text: `  ${more}`, style: 'bold' }],
  [{ text: `run ${run}`, style: 'plain' }],
  ...shot,
  gap,
  [{ text: '  a moment later', style: 'dim' }],
  gap,
  ...done,
]
const top = 58
const high = top + rows.length * leading + 300
const wide = Math.ceil(left * 2 + columns * cell)

// The tree: depth downwards, leaves side by side in tree order; the answer's path is drawn last.
const t = result.tree as FlatTree
const kids: number[][] = Array.from({ length: t.size }, () => [])
for (let e = 1; e < t.size; e++) kids[t.parentOf[e]].push(e)
const at: number[] = new Array(t.size).fill(0)
let leaves = 0
const order: number[] = []
const walk = [0]
while (walk.length > 0) {
  const n = walk.pop()!
  order.push(n)
  walk.push(...kids[n].toReversed())
}
for (const n of order) if (kids[n].length === 0) at[n] = leaves++
for (const n of order.toReversed()) if (kids[n].length > 0) at[n] = kids[n].reduce((s, k) => s + at[k], 0) / kids[n].length
const deepest = Math.max(...t.level.subarray(0, t.size))
const ground = top + rows.length * leading + 40
const X = (n: number): number => 46 + (at[n] / Math.max(1, leaves - 1)) * (wide - 92)
const Y = (n: number): number => ground + (t.level[n] / Math.max(1, deepest)) * 205
const best = new Set<number>(t.path(result.nodes[0]))
const shade = (n: number): string => {
  const v = t.V[n as never] as number
  if (Number.isNaN(v)) return '#4a505c'
  const s = Math.min(1, Math.max(0, v))
  const mix = (a: number, b: number): number => Math.round(a + (b - a) * s)
  return `rgb(${mix(84, 108)},${mix(90, 182)},${mix(104, 196)})`
}
const curve = (e: number): string => {
  const from = t.parentOf[e]
  const mid = (Y(from) + Y(e)) / 2
  return `M${X(from).toFixed(1)} ${Y(from).toFixed(1)}C${X(from).toFixed(1)} ${mid.toFixed(1)} ${X(e).toFixed(1)} ${mid.toFixed(1)} ${X(e).toFixed(1)} ${Y(e).toFixed(1)}`
}
const all = Array.from({ length: t.size }, (_, e) => e)
const taken = (e: number): boolean => t.taken(e as never)
const branches = all
  .filter(e => e > 0 && !best.has(e))
  .map(e => `<path d="${curve(e)}" stroke="#3a404b" stroke-width="${taken(e) ? 1.2 : 0.7}"/>`)
const way = all.filter(e => e > 0 && best.has(e)).map(e => `<path d="${curve(e)}" stroke="#8fd18a" stroke-width="2.6"/>`)
const dots = all.map(e => {
  const r = best.has(e) ? 5 : taken(e) ? 3.1 + Math.min(3, Math.sqrt(t.N[e as never] as number) / 2) : 1.6
  return `<circle cx="${X(e).toFixed(1)}" cy="${Y(e).toFixed(1)}" r="${r.toFixed(1)}" fill="${best.has(e) ? '#8fd18a' : shade(e)}"/>`
})
const labels = t.path(result.nodes[0]).flatMap(e => {
  if (e === 0)
    return [`<text x="${(X(e) + 12).toFixed(1)}" y="${(Y(e) + 1).toFixed(1)}" fill="#ffffff">${xml(entry.showTask(task))}</text>`]
  const step = (t.draws(e)[0]?.text ?? '').replace(/ \(left:.*/, '')
  const right = X(e) < wide - 190
  return [
    `<text x="${(X(e) + (right ? 12 : -12)).toFixed(1)}" y="${(Y(e) - 9).toFixed(1)}" fill="#8fd18a" stroke="#16191f" stroke-width="4" paint-order="stroke" text-anchor="${right ? 'start' : 'end'}">${xml(step)}</text>`,
  ]
})

const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${wide} ${high}" width="${wide}" height="${high}" role="img" aria-label="espalier in a terminal: a run while it works, its answer with the steps and the cost, and the tree it grew" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="12.5">
<rect width="${wide}" height="${high}" rx="10" fill="#16191f"/>
<circle cx="24" cy="22" r="5.5" fill="#3a404b"/><circle cx="43" cy="22" r="5.5" fill="#3a404b"/><circle cx="62" cy="22" r="5.5" fill="#3a404b"/>
${rows
  .map((l, i) => text(l, top + i * leading))
  .filter(Boolean)
  .join('\n')}
<line x1="${left}" x2="${wide - left}" y1="${ground - 32}" y2="${ground - 32}" stroke="#2a2f38"/>
<g fill="none">${branches.join('')}${way.join('')}</g>
${dots.join('')}
<g font-size="12">${labels.join('')}</g>
</svg>
`
writeFileSync(new URL('picture.svg', import.meta.url), svg)

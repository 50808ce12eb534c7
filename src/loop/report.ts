// What a loop did, as a page with curves.
import type { Interval } from '../kernel/index.ts'
import type { LoopResult } from './loop.ts'
import type { Round } from './round.ts'
import type { LoopSpec } from './spec.ts'

const percent = (x: number): string => `${(100 * x).toFixed(1)} %`
const within = ({ rate, interval }: { rate: number; interval: Interval }): string =>
  `${percent(rate)} [${(100 * interval[0]).toFixed(1)}, ${(100 * interval[1]).toFixed(1)}]`

const curves = [
  { name: 'search', of: (r: Round) => r.measured.search, colour: '#1f6f8b' },
  { name: 'greedy', of: (r: Round) => r.measured.greedy, colour: '#c05621' },
] as const

/** Solve rates over the rounds with their intervals, as SVG. */
export function loopPlot(rounds: readonly Round[], title: string): string {
  const [W, H, left, top, bottom] = [480, 260, 46, 30, 34]
  const x = (i: number): number => left + (i * (W - left - 80)) / Math.max(1, rounds.length - 1)
  const y = (rate: number): number => H - bottom - rate * (H - top - bottom)
  const lines = curves.map(({ name, of, colour }) => {
    const points = rounds.map((r, i) => ({ x: x(i), ...of(r) }))
    const bars = points.map(
      p => `<line x1="${p.x}" x2="${p.x}" y1="${y(p.interval[0])}" y2="${y(p.interval[1])}" stroke="${colour}" opacity="0.5"/>`,
    )
    const dots = points.map(p => `<circle cx="${p.x}" cy="${y(p.rate)}" r="3" fill="${colour}"/>`)
    const path = `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.map(p => `${p.x},${y(p.rate)}`).join(' ')}"/>`
    const end = points.at(-1)!
    return `${path}${bars.join('')}${dots.join('')}<text x="${end.x + 10}" y="${y(end.rate) + 4}" fill="${colour}">${name}</text>`
  })
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    r =>
      `<line x1="${left}" x2="${W - 80}" y1="${y(r)}" y2="${y(r)}" stroke="#ddd"/><text x="${left - 6}" y="${y(r) + 4}" text-anchor="end">${100 * r} %</text>`,
  )
  const names = rounds.map((r, i) => `<text x="${x(i)}" y="${H - 12}" text-anchor="middle">${r.round}</text>`)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${W} ${H}" font-family="sans-serif" font-size="11"><rect width="${W}" height="${H}" fill="white"/><text x="${left}" y="16" font-weight="bold">${title}</text>${grid.join('')}${lines.join('')}${names.join('')}</svg>\n`
}

/** The page of a loop. @param plot where its curves lie, if anywhere */
export function loopReport(spec: LoopSpec, r: LoopResult, plot?: string): string {
  const { plan } = r
  const rows = r.rounds.map(x =>
    [
      x.round,
      within(x.measured.greedy),
      within(x.measured.search),
      x.problems === 0
        ? ''
        : `${x.solved} of ${x.problems}${x.imagined === undefined ? '' : ` (imagined: ${x.imagined.kept} of ${x.imagined.problems})`}`,
      x.calls,
      `${x.rows.policy} / ${x.rows.value}`,
      (x.trained.policy?.tokens ?? 0) + (x.trained.value?.tokens ?? 0),
      x.seconds.toFixed(0),
    ].join(' | '),
  )
  return `# ${r.name}

${spec.describe} (${spec.paper.title}, ${spec.paper.id}).

World ${plan.world}, from ${plan.model}, trained: ${plan.parts === 'both' ? 'policy and value' : `${plan.parts} only`}, seed ${plan.seed}. Searches of a round: ${plan.spend.toLocaleString('en')} calls at most, on the train split.
Measured on ${r.rounds[0]?.measured.problems ?? 0} problems of the ${plan.measured.split} split: at the first try, and by rest-mcts with ${plan.measured.calls} calls a problem. 95 % intervals (Wilson).
${plot === undefined ? '' : `\n![solve rates by round](${plot})\n`}
| round | greedy | search | train problems solved | calls | rows (policy / value) | tokens trained | seconds |
|---|---|---|---|---|---|---|---|
${rows.map(x => `| ${x} |`).join('\n')}

Final weights: \`--model ${r.rounds.at(-1)?.policy ?? plan.model}\`${r.rounds.at(-1)?.critic === r.rounds.at(-1)?.policy ? '' : ` \`--model.critic ${r.rounds.at(-1)?.critic}\``}.
`
}

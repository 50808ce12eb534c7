// npm run loops:report: docs/results/loops.md and its curves, from bench/results/loops/*.json.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { average, holm } from '../../src/kernel/index.ts'
import { loops, type Parts, type Round } from '../../src/loop/index.ts'
import { curves, type Panel } from './curves.ts'
import { type Change, minus, over, type Scores } from './differences.ts'
import { heldOutBy, rounds, seeds, settings, type Trial } from './grid.ts'

interface Tested {
  greedy: { correct: string; calls: number }
  search: { correct: string; calls: number }
  tries: number[]
}
interface Result {
  trial: Trial
  rounds: (Round & { test: Tested })[]
}
export const measures = ['greedy', 'drawn', 'search'] as const
export type Measure = (typeof measures)[number]
const scoreOf: Record<Measure, (t: Tested) => number[]> = {
  greedy: t => [...t.greedy.correct].map(Number),
  drawn: t => t.tries.map(n => n / heldOutBy.tries),
  search: t => [...t.search.correct].map(Number),
}
/** A loop from some weights, over its seeds. */
interface Line {
  readonly model: Trial['model']
  readonly loop: string
  readonly parts: Parts
  readonly of: readonly Result[]
}
const label = (l: Line): string => (l.parts === 'both' ? l.loop : `${l.loop}, ${l.parts} only`)
const at = (l: Line, m: Measure, round: number): Scores => l.of.map(r => scoreOf[m](r.rounds[round].test))

const here = import.meta.dirname
const folder = join(here, '../results/loops')
const out = join(here, '../../docs/results')

export function readLines(files: readonly string[]): Line[] {
  const results = files.map(f => JSON.parse(readFileSync(f, 'utf8')) as Result)
  const lines = Map.groupBy(results, ({ trial: t }) => `${t.model} ${t.loop} ${t.parts}`)
  return [...lines.values()].map(of => ({ ...of[0].trial, of: of.sort((a, b) => a.trial.seed - b.trial.seed) }))
}

const percent = (x: number): string => (100 * x).toFixed(1)
const points = (x: number): string => {
  const size = Math.abs(100 * x).toFixed(1)
  return `${Number(size) === 0 ? '' : x > 0 ? '+' : '−'}${size}`
}
const within = (c: Change): string => `${percent(c.mean)} [${percent(c.interval[0])}, ${percent(c.interval[1])}]`
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map(() => '---'), ...rows].map(r => `| ${r.join(' | ')} |`).join('\n')

interface Compared {
  readonly line: Line
  readonly measure: Measure
  readonly change: Change
  /** By Holm, over all of one table. */
  readonly p: number
}
function compared(lines: readonly Line[], against: (l: Line, m: Measure) => Scores): Compared[] {
  const all = lines.flatMap(line =>
    measures.map(measure => ({ line, measure, change: over(minus(at(line, measure, rounds), against(line, measure))) })),
  )
  const ps = holm(all.map(x => x.change.p))
  return all.map((x, i) => ({ ...x, p: ps[i] }))
}
const mark = (c: Compared): string => {
  const [low, high] = c.change.interval
  const text = `${points(c.change.mean)} [${points(low)}, ${points(high)}]`
  return c.p < 0.05 ? `**${text}**` : text
}
const differences = (all: readonly Compared[]): string =>
  table(
    ['loop', 'first answer (greedy)', 'drawn answer', 'search'],
    [...Map.groupBy(all, c => c.line)].map(([line, of]) => [label(line), ...measures.map(m => mark(of.find(c => c.measure === m)!))]),
  )

const list = (xs: readonly string[]): string => (xs.length < 2 ? xs.join('') : `${xs.slice(0, -1).join(', ')} and ${xs.at(-1)}`)
const named: Record<Measure, string> = { greedy: 'the first answer', drawn: 'a drawn answer', search: 'the search' }
/** In words: what helped, what harmed, what did nothing that can be seen. */
function words(all: readonly Compared[], what: string): string {
  const by = [...Map.groupBy(all, c => label(c.line))]
  const said = (good: boolean): string[] =>
    by.flatMap(([name, of]) => {
      const which = of.filter(c => c.p < 0.05 && c.change.mean > 0 === good)
      return which.length === 0 ? [] : [`${name} (${list(which.map(c => `${named[c.measure]} ${points(c.change.mean)}`))})`]
    })
  const none = by.filter(([, of]) => of.every(c => c.p >= 0.05)).map(([name]) => name)
  return [
    said(true).length > 0 ? `- Better than ${what}: ${list(said(true))}.` : `- Nothing is better than ${what}.`,
    ...(said(false).length > 0 ? [`- Worse: ${list(said(false))}.`] : []),
    ...(none.length > 0 ? [`- No difference seen: ${list(none)}.`] : []),
  ].join('\n')
}

const byRounds = (lines: readonly Line[], m: Measure): string =>
  table(
    ['loop', 'before', ...Array.from({ length: rounds }, (_, i) => `round ${i + 1}`), 'each seed at the end'],
    lines.map(l => [
      label(l),
      ...Array.from({ length: rounds + 1 }, (_, r) => within(over(at(l, m, r)))),
      at(l, m, rounds)
        .map(x => percent(average(x)))
        .join(', '),
    ]),
  )
const costs = (lines: readonly Line[]): string =>
  table(
    ['loop', 'calls a round', 'problems searched', 'of them solved', 'rows of the policy', 'rows of the value', 'tokens trained'],
    lines.map(l => {
      const of = (f: (r: Round) => number): string => Math.round(average(l.of.flatMap(x => x.rounds.slice(1).map(f)))).toLocaleString('en')
      return [
        label(l),
        of(r => r.calls),
        of(r => r.problems),
        // One that asks for no truth does not know.
        loops.get(l.loop)?.search.reward === 'critic' ? 'not known' : of(r => r.solved),
        of(r => r.rows.policy),
        of(r => r.rows.value),
        of(r => (r.trained.policy?.tokens ?? 0) + (r.trained.value?.tokens ?? 0)),
      ]
    }),
  )
const panels = (lines: readonly Line[]): Panel[] =>
  lines.map(l => ({
    title: label(l),
    lines: measures.map(m => ({ name: m, points: Array.from({ length: rounds + 1 }, (_, r) => over(at(l, m, r))) })),
  }))

/** The page, and the pictures beside it by name. */
export function page(lines: readonly Line[], order: (l: Line) => number): { text: string; pictures: Record<string, string> } {
  const sorted = [...lines].sort((a, b) => order(a) - order(b))
  const pictures: Record<string, string> = {}
  const part = (model: Trial['model'], title: string, intro: string): string => {
    const of = sorted.filter(l => l.model === model)
    if (of.length === 0) return ''
    const picture = `loops-${model.replace('seedling@', '')}.svg`
    pictures[picture] = curves(panels(of))
    const base = of.find(l => l.loop === 'rest-em')
    const start = compared(of, (l, m) => at(l, m, 0))
    const others = of.filter(l => l !== base)
    const beside = base === undefined ? [] : compared(others, (_, m) => at(base, m, rounds))
    return `## ${title}

${intro}

![solve rates by round](${picture})

### What changed

Round ${rounds} less round 0, in points, with 95 % intervals; bold where the difference holds after Holm's correction over the whole table.

${differences(start)}

${words(start, 'the weights it began with')}

${base === undefined ? '' : `### Beside rest-em\n\nRound ${rounds} less that of rest-em, the same seeds and problems.\n\n${differences(beside)}\n\n${words(beside, 'rest-em')}\n`}
### Each round

${measures.map(m => `${m === 'greedy' ? 'First answer (greedy)' : m === 'drawn' ? 'Drawn answer' : 'Search'}, % right:\n\n${byRounds(of, m)}`).join('\n\n')}

### What it cost

Means over rounds and seeds.

${costs(of)}
`
  }
  const problems = lines.find(l => l.model !== 'seedling@sequence')!.of[0].rounds[0].test.greedy.correct.length
  const text = `# The loops, measured

${readFileSync(join(here, 'findings.md'), 'utf8').trim()}

## How

Game of 24, but for the last part. Each loop searches problems of the train split for ${settings.spend.toLocaleString('en')} calls a round, trains, and goes on from what it has become, ${rounds} rounds, with
seeds 1, 2 and 3. The weights of every round then meet all ${problems} problems of the test split, which no loop and no choice of settings sees, in three ways:

- *first answer*: one answer, always the likeliest word;
- *drawn answer*: ${heldOutBy.tries} answers at temperature 1, the share of right ones: what most loops work on, and the finest measure here;
- *search*: one \`rest-mcts\` with ${heldOutBy.calls} calls, judged by the loop's own critic, the same for every loop.

Intervals are bootstraps that draw problems and seeds anew. All rounds and loops of a seed are measured with the same draws. Again:
\`npm run loops -- --store DIR\` (every trial resumes), then \`npm run loops:report\`; outcomes of every problem are in \`bench/results/loops/\`.

${part('seedling', 'From the shipped seedling', 'The seedling as its two stages of training on exhaustive search left it, which shipped when this was measured (what ships now began there). There is little left to learn. One of\nthe two networks is trained, or both.')}
${part('seedling@draft', 'From the small network', 'All loops begin as `seedling@draft` (98,624 parameters), which leaves them more to gain. The same calls for each.')}
${part('seedling@sequence', 'Numbers under constraints', `Another world and another small network (\`espalier train sequence\`, 2,000 steps): the ground of \`spar\`, which is told no truth. \`rest-em\` beside it is.\n${problems} problems of the test split.`)}`
  return { text: `${text.replace(/\n{3,}/g, '\n\n').trim()}\n`, pictures }
}

if (import.meta.main) {
  const files = readdirSync(folder).filter(f => f.endsWith('.json'))
  const lines = readLines(files.map(f => join(folder, f))).filter(l => {
    if (l.of.length === seeds.length) return true
    process.stderr.write(`left out, not all seeds are there: ${label(l)} from ${l.model}\n`)
    return false
  })
  const known = [...loops.keys()]
  const parts: Parts[] = ['both', 'policy', 'value']
  const { text, pictures } = page(lines, l => 3 * known.indexOf(l.loop) + parts.indexOf(l.parts))
  writeFileSync(join(out, 'loops.md'), text)
  for (const [name, svg] of Object.entries(pictures)) writeFileSync(join(out, name), svg)
}

// docs/claims.md: what came out of every claim, either way.
import { type Arm, type ClaimResult, deciding, type Finding, type Verdict } from './claim.ts'

const mark: Readonly<Record<Verdict, string>> = {
  reproduced: 'reproduced',
  'not reproduced': '**not reproduced**',
  inconclusive: 'inconclusive',
}
/** Three digits, and no more. */
const figure = (x: number | null): string =>
  x === null || !Number.isFinite(x)
    ? '-'
    : Number.isInteger(x)
      ? String(x)
      : Math.abs(x) >= 1000
        ? x.toFixed(0)
        : String(Number(x.toPrecision(3)))
const span = ([low, high]: readonly [number, number]): string => `${figure(low)} to ${figure(high)}`
const cell = (text: string): string => text.replace(/\|/g, '\\|').replace(/\s+/g, ' ')
const anchor = (id: string): string => `[${id}](#${id})`
const bar = (f: Finding): string => `${f.side} ${figure(f.threshold)}${f.least > 0 ? `, at least by ${figure(f.least)}` : ''}`

const width = 24
/** Where an interval lies between the ends of a scale, drawn in characters. */
function whisker(a: Omit<Arm, 'values'>, low: number, high: number): string {
  const at = (x: number): number => Math.min(width - 1, Math.max(0, Math.round(((x - low) / (high - low || 1)) * (width - 1))))
  const [from, to, mid] = [at(a.interval[0]), at(a.interval[1]), at(a.mean)]
  return Array.from({ length: width }, (_, i) => (i === mid ? '●' : i >= from && i <= to ? '─' : '·')).join('')
}

function section(r: ClaimResult): string[] {
  const finite = r.arms.flatMap(a => [...a.interval, a.mean]).filter(x => Number.isFinite(x))
  const [low, high] = [Math.min(...finite), Math.max(...finite)]
  return [
    `## ${r.id}`,
    '',
    `${r.paper.title} (${r.paper.id}). **${r.verdict}**`,
    '',
    `- The paper: ${r.claim}`,
    `- Expected here: ${r.hypothesis}`,
    `- Equal spend: at most ${figure(r.equal.budget)} ${r.equal.unit} an item${r.arms.some(a => a.budget !== r.equal.budget) ? ', other budgets named in the table' : ''}`,
    ...r.notes.map(n => `- ${n}`),
    '',
    '| statement | effect | 95 % | must be | |',
    '|---|---|---|---|---|',
    ...r.findings.map(
      f =>
        `| ${cell(f.says)} | ${figure(f.effect)} | ${span(f.interval)} | ${bar(f)} | ${mark[f.verdict]}${f.counts ? '' : ' (told beside)'} |`,
    ),
    '',
    ...(r.arms.length === 0
      ? []
      : [
          `| arm | mean | 95 % | from ${figure(low)} to ${figure(high)} | items | spent | of |`,
          '|---|---|---|---|---|---|---|',
          ...r.arms.map(
            a =>
              `| ${cell(a.name)} | ${figure(a.mean)} ${a.unit === 'mean' ? '' : a.unit} | ${span(a.interval)} | \`${whisker(a, low, high)}\` | ${a.n} | ${figure(a.spent)} | ${figure(a.budget)} |`,
          ),
          '',
        ]),
    `<sub>${r.seconds} s, seed ${r.seed}, ${r.date}, ${r.machine}</sub>`,
    '',
  ]
}

/** The page, from all results. */
export function claimPage(results: ReadonlyMap<string, ClaimResult>): string {
  const all = [...results.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  const count = (v: Verdict): number => all.filter(r => r.verdict === v).length
  return [
    '# Claims',
    '',
    'One small experiment for each paper: does what it says show on a processor, at equal spend, against a baseline? Made by `npm run docs` from',
    '`claims/results/`; `npx espalier claims ID` runs one again. A verdict follows from the intervals alone: *reproduced* where each statement that counts',
    'holds with its whole 95 % interval, *not reproduced* where one is contradicted, or smaller than would matter, with its whole interval, and',
    '*inconclusive* otherwise. A verdict is about the direction of an effect in a small world, not about the figures of the paper.',
    '',
    `${all.length} claims: ${count('reproduced')} reproduced, ${count('not reproduced')} not reproduced, ${count('inconclusive')} inconclusive.`,
    '',
    '| claim | verdict | the statement it rests on | effect | 95 % | must be | evidence for |',
    '|---|---|---|---|---|---|---|',
    ...all.map(r => {
      const f = deciding(r)
      return `| ${anchor(r.id)} | ${mark[r.verdict]} | ${cell(f.says)} | ${figure(f.effect)} | ${span(f.interval)} | ${bar(f)} | ${r.evidence.join(', ')} |`
    }),
    '',
    ...all.flatMap(section),
  ].join('\n')
}

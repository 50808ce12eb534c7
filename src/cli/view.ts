// The live view as a pure function: what is known of a run and a width give a few lines.
import type { Limits, Usage } from '../contract/index.ts'
import { budgetKey } from '../run/index.ts'
import { growth, type Progress, rate } from './progress.ts'
import {
  bar,
  counted,
  crop,
  duration,
  fill,
  type Line,
  type Marks,
  marksFor,
  money,
  number,
  type Piece,
  piece,
  type Style,
  score,
  sparkline,
  width,
} from './text.ts'

export interface Look {
  /** Columns of the terminal. */
  width: number
  unicode: boolean
}
const label = 8

/** The lines of a run under way, each at most `o.width` columns. */
export function view(p: Progress, o: Look): Line[] {
  const m = marksFor(o.unicode)
  const lines = [head(p, m), best(p, m), tree(p, o, m), ...spend(p, o, m), flow(p, m), ...notices(p)]
  return lines.map(l => crop(l, Math.max(1, o.width), m.more))
}

const row = (name: string, ...pieces: Piece[]): Line => [piece(`  ${fill(name, label)}`, 'dim'), ...pieces]
/** Pieces with a dot between them. */
function dotted(m: Marks, parts: readonly (readonly [string, Style])[]): Piece[] {
  return parts.flatMap(([text, style], i) => (i === 0 ? [piece(text, style)] : [piece(` ${m.dot} `, 'dim'), piece(text, style)]))
}

function head(p: Progress, m: Marks): Line {
  return [
    piece(`${m.run} `, 'accent'),
    piece(`${p.world} `, 'bold'),
    piece(`${p.task}  `, 'bold'),
    ...dotted(
      m,
      [p.method, p.model, p.run].filter(x => x !== '').map(x => [x, 'dim'] as const),
    ),
  ]
}

function best(p: Progress, m: Marks): Line {
  if (p.best === null) return row('best', piece('nothing to answer with yet', 'dim'))
  const { text, verified } = p.best
  const mark: readonly [string, Style] =
    verified === true ? [`${m.yes} verified`, 'good'] : verified === false ? [`${m.no} not a solution`, 'warn'] : ['not verified', 'dim']
  return row(
    'best',
    piece(text, verified === true ? 'good' : 'plain'),
    piece('  '),
    ...dotted(m, [[`score ${score(p.best.score)}`, 'dim'], mark]),
  )
}

function tree(p: Progress, o: Look, m: Marks): Line {
  const text = `${counted(p.nodes, 'node')} ${m.dot} depth ${p.depth}`
  const room = Math.min(24, o.width - label - 2 - width(text) - 3)
  return row('tree', piece(text), ...(room >= 8 ? [piece('   '), piece(sparkline(growth(p, room), m), 'accent')] : []))
}

const shown: readonly (keyof Limits)[] = [
  'calls',
  'requests',
  'tokens',
  'inputTokens',
  'outputTokens',
  'usd',
  'seconds',
  'workingSeconds',
  'steps',
  'toolCalls',
  'nodes',
]
function amount(name: keyof Limits, x: number): string {
  return name === 'usd' ? money(x) : name === 'seconds' || name === 'workingSeconds' ? duration(x) : number(x)
}
const spentOf = (u: Partial<Usage>, name: keyof Limits): number =>
  name === 'tokens' ? (u.inputTokens ?? 0) + (u.outputTokens ?? 0) : (u[name] ?? 0)

/** A bar for each limit, and in the first line what was spent beside. */
function spend(p: Progress, o: Look, m: Marks): Line[] {
  const limits = shown.filter(k => p.limits[k] !== undefined)
  const beside = besides(p, limits)
  const columns = Math.max(6, Math.min(24, o.width - label - 2 - 24))
  const rows = limits.map((k, i): Line => {
    const limit = p.limits[k]!
    const x = spentOf(p.spent, k)
    const share = limit > 0 ? x / limit : 1
    const b = bar(share, columns, m)
    const style: Style = share >= 0.9 ? 'warn' : 'accent'
    const text = `  ${amount(k, x)} / ${amount(k, limit)}`
    return row(
      budgetKey(k),
      piece(b.full, style),
      piece(b.empty, 'dim'),
      piece(text),
      piece(i === 0 && beside !== '' ? `   ${beside}` : '', 'dim'),
    )
  })
  return rows.length > 0 ? rows : [row('spent', piece(beside))]
}
function besides(p: Progress, limits: readonly (keyof Limits)[]): string {
  const { calls = 0, inputTokens = 0, outputTokens = 0, toolCalls = 0, usd = 0 } = p.spent
  const out: string[] = []
  if (!limits.includes('calls')) out.push(counted(calls, 'call'))
  if (inputTokens + outputTokens > 0 && !limits.includes('tokens'))
    out.push(`${number(inputTokens)} tokens in, ${number(outputTokens)} out`)
  if (toolCalls > 0 && !limits.includes('toolCalls')) out.push(counted(toolCalls, 'tool call'))
  if (usd !== null && usd > 0 && !limits.includes('usd')) out.push(money(usd))
  if (usd === null) out.push('price unknown')
  return out.join(', ')
}

function flow(p: Progress, m: Marks): Line {
  const parts: [string, Style][] = []
  if (p.phase === 'replaying') parts.push(['replaying the record', 'accent'])
  else {
    parts.push([`${rate(p).toFixed(1)} calls/s`, 'plain'], [`${p.inFlight} of ${p.slots} in flight`, 'plain'])
    if (p.replayed > 0) parts.push([`${number(p.replayed)} from the record`, 'dim'])
  }
  const at = p.spent.seconds ?? 0
  if (p.limited !== null && p.limited.until > at)
    parts.push([`rate limit: ${duration(p.limited.until - at)} to wait, ${p.limited.slots} at once`, 'warn'])
  if (p.retries > 0) parts.push([`${p.retries} ${p.retries === 1 ? 'retry' : 'retries'}`, 'warn'])
  parts.push([duration(Math.max(0, p.now - p.began)), 'dim'])
  return row('flow', ...dotted(m, parts))
}

function notices(p: Progress): Line[] {
  const out: Line[] = []
  if (p.waiting !== null) out.push(row('store', piece(`${p.waiting}; trying again`, 'warn')))
  if (p.phase === 'landing') out.push(row('', piece('landing: the answer is being settled', 'dim')))
  if (p.phase === 'interrupted') {
    out.push(row('', piece(`stopping: ${counted(p.inFlight, 'call')} under way may end; Ctrl-C again cancels`, 'warn')))
  }
  return out
}

/** One line of a run under way, for where there is no terminal. */
export function heartbeat(p: Progress): string {
  const calls = p.spent.calls ?? 0
  const limit = p.limits.calls
  const parts = [
    limit === undefined ? counted(calls, 'call') : `${number(calls)} of ${counted(limit, 'call')}`,
    counted(p.nodes, 'node'),
    `depth ${p.depth}`,
    `${p.inFlight} in flight`,
    duration(Math.max(0, p.now - p.began)),
  ]
  const at = p.spent.seconds ?? 0
  if (p.limited !== null && p.limited.until > at) parts.push(`rate limit: ${duration(p.limited.until - at)} to wait`)
  if (p.waiting !== null) parts.push(p.waiting)
  return `... ${parts.join(', ')}`
}
/** One line for an answer better than those before. */
export function bestLine(p: Progress): string {
  const { text, score: s, verified } = p.best!
  const mark = verified === true ? 'verified' : verified === false ? 'not a solution' : 'not verified'
  return `best ${fill(text.replace(/\s+/g, ' '), Math.max(24, Math.min(60, width(text))))}  score ${score(s)}, ${mark}, after ${counted(p.spent.calls ?? 0, 'call')}`
}

// `espalier demo`, which `npm start` runs: a few puzzles solved before one's eyes, and whether searching paid.
import type { RunResult } from '../contract/index.ts'
import { Failure, wilson } from '../kernel/index.ts'
import { frameOf, methodNamed, type Plan, solve } from '../run/index.ts'
import { worlds } from '../world/index.ts'
import { attend } from './attend.ts'
import { type Action, type Call, one, type Streams } from './definition.ts'
import { onInterrupt } from './interrupt.ts'
import { showing } from './live.ts'
import { jsonLine, lookOf, print } from './report.ts'
import { unicode } from './streams.ts'
import { fill, type Line, type Marks, marksFor, number, piece } from './text.ts'

const entry = worlds.game24
const calls = 200
/** Milliseconds that a simulated call takes in the middle: long enough to watch. */
const latency = 90
/** Puzzles for the comparison at the end, which waits for nothing. */
const sample = 50
const baseline = 'best-of-n'

interface Row {
  task: string
  result: RunResult<any, any, any>
}

export const demoCommand: Action = async (call, s) => {
  const count = wholeOption(call, 'count', 1, 200) ?? 8
  const seed = wholeOption(call, 'seed', 0, 1e9) ?? 1
  const error = one(call, 'error') ?? '0.1'
  if (!/^(0|1|0?\.\d+)$/.test(error))
    throw new Failure('usage', `--error: expected a share from 0 to 1, found '${error}'`, 'as in --error 0.2')
  const method = one(call, 'method') ?? 'gumbel-search'
  await methodNamed(method)
  const json = call.flags.has('json')
  const how = showing(s, call.flags)
  const model = `simulated:error=${Number(error)},width=24`
  const waiting = call.flags.has('fast') ? '' : `,latency=${latency}`
  const planOf = (task: unknown, i: number, m: string, model: string): Plan => ({
    world: 'game24',
    task,
    method: m,
    // The model knows 24 steps at a place; this method asks for 8 unless told.
    ...(m === 'gumbel-search' ? { knobs: { width: 16 } } : {}),
    models: { policy: model },
    budget: { calls },
    seed: seed + i,
  })
  const say = (line: Line): void => {
    if (!json) print(s, [line])
  }
  say([piece('Game of 24', 'bold'), piece(`: make 24 of four numbers. Held-out puzzles, at most ${calls} calls each.`)])
  say([piece(`The model is simulated: it lists legal steps and misjudges ${Math.round(Number(error) * 100)} % of positions.`, 'dim')])
  say([piece('No network, no key, no cost.', 'dim')])
  say([])

  const tasks = entry.tasks!({ split: 'test', n: Math.max(count, sample), seed })
  const look = { width: s.err.isTTY ? s.err.columns : 100, unicode: unicode(s.env) }
  const m = marksFor(look.unicode)
  const rows: Row[] = []
  let interrupted = false
  for (const [i, { task }] of tasks.slice(0, count).entries()) {
    const planned = await frameOf(planOf(task, i, method, model + waiting))
    const result = await attend(s, {
      frame: planned.frame,
      given: planned.task,
      world: 'game24',
      task: entry.showTask(task),
      showing: how === 'plain' ? 'none' : how,
      store: null,
      options: { seed: seed + i, ...(waiting === '' ? {} : { clock: 'real' as const }) },
      announce() {},
      above: () => rows.map(r => tableRow(r, m)),
    })
    if (result.ended === 'cancelled') {
      interrupted = true
      break
    }
    rows.push({ task: entry.showTask(task), result })
    if (how === 'plain') say(tableRow(rows.at(-1)!, m))
  }
  const compared = interrupted
    ? []
    : await compare(s, tasks, how === 'terminal', [method, ...(method === baseline ? [] : [baseline])], (t, i, x) => planOf(t, i, x, model))
  interrupted ||= compared === null
  if (json) {
    s.out.write(
      jsonLine({
        method,
        model,
        budget: { calls },
        puzzles: rows.map(r => ({
          task: r.task,
          answer: r.result.answer ?? null,
          solved: r.result.solved,
          calls: r.result.spent.calls,
          seconds: r.result.spent.seconds,
        })),
        solved: rows.filter(r => r.result.solved).length,
        calls: rows.reduce((n, r) => n + r.result.spent.calls, 0),
        compared: compared ?? [],
      }),
    )
  } else print(s, ending(rows, compared ?? [], how, method, lookOf(s)))
  return interrupted ? 130 : 0
}

function tableRow({ task, result }: Row, m: Marks): Line {
  const { spent } = result
  const ok = result.solved === true
  return [
    piece(`${ok ? m.yes : m.no} `, ok ? 'good' : 'warn'),
    piece(fill(task, 14)),
    piece(fill(ok ? `${result.answer} = 24` : 'no answer', 30, m.more), ok ? 'bold' : 'dim'),
    piece(`${String(spent.calls).padStart(5)} calls`),
    piece(`${number(spent.inputTokens + spent.outputTokens).padStart(9)} tokens`, 'dim'),
    piece(spent.seconds > 0 ? `${spent.seconds.toFixed(1).padStart(7)} s` : '', 'dim'),
  ]
}

interface Compared {
  method: string
  solved: number
  of: number
  low: number
  high: number
  /** Mean for a puzzle. */
  calls: number
}
/** The same puzzles by several methods at the same budget, with no waiting. null: interrupted. */
async function compare(
  s: Streams,
  tasks: readonly { task: unknown }[],
  talk: boolean,
  ids: readonly string[],
  planOf: (task: unknown, i: number, method: string) => Plan,
): Promise<Compared[] | null> {
  let stop = false
  const off = onInterrupt(() => (stop = true))
  const out: Compared[] = []
  try {
    for (const method of ids) {
      let solved = 0
      let spent = 0
      for (const [i, { task }] of tasks.entries()) {
        if (stop) return null
        if (talk) s.err.write(`\r\x1b[Kdid searching pay? ${method}: ${i} of ${tasks.length} puzzles\r`)
        const { frame, task: given } = await frameOf(planOf(task, i, method))
        const r = await solve(frame, given, { seed: planOf(task, i, method).seed! })
        if (r.solved) solved++
        spent += r.spent.calls
      }
      const [low, high] = wilson(solved, tasks.length)
      out.push({ method, solved, of: tasks.length, low, high, calls: spent / tasks.length })
    }
  } finally {
    off()
    if (talk) s.err.write('\r\x1b[K')
  }
  return out
}

function ending(
  rows: readonly Row[],
  compared: readonly Compared[],
  how: string,
  method: string,
  look: { width: number; unicode: boolean },
): Line[] {
  const m = marksFor(look.unicode)
  const solved = rows.filter(r => r.result.solved).length
  const paid = rows.reduce((n, r) => n + r.result.spent.calls, 0)
  const out: Line[] = how === 'plain' ? [] : rows.map(r => tableRow(r, m))
  out.push(
    [
      piece(`${solved} of ${rows.length} solved`, 'bold'),
      piece(`, ${number(paid)} calls, $0. Every answer was checked with exact fractions.`),
    ],
    [],
  )
  if (compared.length > 0) {
    const wide = Math.max(...compared.map(c => c.method.length))
    const percent = (x: number): string => `${Math.round(100 * x)}`
    out.push([piece(`Did searching pay? ${compared[0].of} held-out puzzles, at most ${calls} calls each, the same model:`, 'bold')])
    for (const c of compared)
      out.push([
        piece(`  ${fill(c.method, wide)}  `, c.method === method ? 'accent' : 'plain'),
        piece(`${String(c.solved).padStart(3)} solved`, 'bold'),
        piece(`  (${percent(c.solved / c.of)} %, 95 % interval ${percent(c.low)} to ${percent(c.high)})`),
        piece(`   ${c.calls.toFixed(0)} calls a puzzle`, 'dim'),
      ])
    out.push([])
  }
  out.push(
    [piece('"Simulated": no language model was asked. The calls are those one would have made.', 'dim')],
    [piece('Next: '), piece('npx espalier solve game24 "4 9 10 13"', 'accent'), piece('   a run that is kept: kill it, resume it')],
    [piece('      '), piece('npx espalier help', 'accent'), piece('                        everything else')],
  )
  return out
}

function wholeOption(call: Call, name: string, least: number, most: number): number | undefined {
  const text = one(call, name)
  if (text === undefined) return undefined
  if (!/^\d+$/.test(text) || Number(text) < least || Number(text) > most)
    throw new Failure(
      'usage',
      `--${name}: expected a whole number from ${least} to ${most}, found '${text}'`,
      `as in --${name} ${Math.max(least, 8)}`,
    )
  return Number(text)
}

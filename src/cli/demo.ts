// `espalier demo`, which `npm start` runs: a few puzzles solved before one's eyes, and whether searching paid.
import type { RunResult } from '../contract/index.ts'
import { Failure } from '../kernel/index.ts'
import { loadSeedling } from '../model/index.ts'
import { frameOf, methodNamed, type Plan } from '../run/index.ts'
import { worlds } from '../world/index.ts'
import { attend } from './attend.ts'
import { type Action, type Call, one, type Streams } from './definition.ts'
import { type Compared, comparedLines, compareSeedling, compareSimulated } from './demo-compared.ts'
import { showing } from './live.ts'
import { asFailure, jsonLine, lookOf, print } from './report.ts'
import { unicode } from './streams.ts'
import { fill, type Line, type Marks, marksFor, number, piece } from './text.ts'

const entry = worlds.game24
/** Puzzles shown, puzzles of the comparison, and what each may cost: all of it in a minute on two quiet cores. */
const sizes = {
  seedling: { count: 12, sample: 100, calls: 100, method: 'auto' },
  simulated: { count: 8, sample: 50, calls: 200, method: 'gumbel-search' },
} as const
/** Milliseconds that a simulated call takes in the middle: long enough to watch. */
const latency = 90

interface Row {
  task: string
  result: RunResult<any, any, any>
}

export const demoCommand: Action = async (call, s) => {
  const seed = wholeOption(call, 'seed', 0, 1e9) ?? 1
  const given = wholeOption(call, 'count', 1, 200)
  const error = one(call, 'error') ?? '0.1'
  if (!/^(0|1|0?\.\d+)$/.test(error))
    throw new Failure('usage', `--error: expected a share from 0 to 1, found '${error}'`, 'as in --error 0.2')
  const asked = one(call, 'model') ?? 'seedling'
  if (asked === 'seedling' && (one(call, 'error') !== undefined || call.flags.has('fast')))
    throw new Failure('usage', '--error and --fast are about the simulated model', 'add --model simulated')
  if (one(call, 'method') !== undefined) await methodNamed(one(call, 'method')!)
  const kind = asked === 'seedling' ? usable(s) : 'simulated'
  const { sample, calls, ...usual } = sizes[kind]
  const count = given ?? usual.count
  const method = one(call, 'method') ?? usual.method
  const json = call.flags.has('json')
  const how = showing(s, call.flags)
  const model = kind === 'seedling' ? kind : `simulated:error=${Number(error)},width=24`
  const waiting = kind === 'seedling' || call.flags.has('fast') ? '' : `,latency=${latency}`
  const planOf = (task: unknown, i: number, m: string, model: string): Plan => ({
    world: 'game24',
    task,
    method: m,
    // The simulated model knows 24 steps at a place; this method asks for 8 unless told.
    ...(kind === 'simulated' && m === 'gumbel-search' ? { knobs: { width: 16 } } : {}),
    models: { policy: model },
    budget: { calls },
    seed: seed + i,
  })
  const say = (line: Line): void => {
    if (!json) print(s, [line])
  }
  say([piece('Game of 24', 'bold'), piece(`: make 24 of four numbers. Held-out puzzles, at most ${calls} calls each.`)])
  say([
    piece(
      kind === 'seedling'
        ? 'The model is the seedling, a small language model that ships with Espalier and never saw these puzzles.'
        : `The model is simulated: it lists legal steps and misjudges ${Math.round(Number(error) * 100)} % of positions.`,
      'dim',
    ),
  ])
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
  // The live view has taken its rows with it.
  if (how === 'terminal') for (const r of rows) say(tableRow(r, m))
  say(summary(rows))
  say([])
  let compared: Compared | null = null
  if (!interrupted) {
    if (kind === 'seedling') compared = await compareSeedling(s, how, { n: sample, seed, calls })
    else compared = await compareSimulated(s, tasks, how === 'terminal', method, (t, i, x) => planOf(t, i, x, model))
    interrupted = compared === null
  }
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
        compared: compared?.methods ?? [],
        verdict: compared?.verdict ?? null,
      }),
    )
  } else print(s, ending(compared, { method, kind, calls, width: lookOf(s).width }))
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

/** The seedling, or the simulated model in its place where the weights cannot be used, which is said. */
export function usable(s: Streams, load: () => unknown = loadSeedling): keyof typeof sizes {
  try {
    load()
    return 'seedling'
  } catch (e) {
    s.err.write(`espalier: the seedling cannot be used, so the model is simulated: ${asFailure(e).message}\n`)
    return 'simulated'
  }
}

function summary(rows: readonly Row[]): Line {
  const solved = rows.filter(r => r.result.solved).length
  const paid = rows.reduce((n, r) => n + r.result.spent.calls, 0)
  return [
    piece(`${solved} of ${rows.length} solved`, 'bold'),
    piece(`, ${number(paid)} calls, $0. Every answer was checked with exact fractions.`),
  ]
}

function ending(
  compared: Compared | null,
  { method, kind, calls, width }: { method: string; kind: keyof typeof sizes; calls: number; width: number },
): Line[] {
  return [
    ...(compared === null ? [] : [...comparedLines(compared, { method, calls, width }), []]),
    ...(kind === 'simulated' ? [[piece('"Simulated": no language model was asked. The calls are those one would have made.', 'dim')]] : []),
    [piece('Next: '), piece('npx espalier solve game24 "4 9 10 13"', 'accent'), piece('   a run that is kept: kill it, resume it')],
    [piece('      '), piece('npx espalier help', 'accent'), piece('                        everything else')],
  ]
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

// `espalier compare`: methods on the same tasks at equal spend. Did searching pay?
import { writeFileSync } from 'node:fs'
import { Failure } from '../kernel/index.ts'
import {
  type CompareEvent,
  type ComparePlan,
  type Comparing,
  type Comparison,
  comparePlan,
  comparisonPlot,
  comparisonTable,
  parseBudget,
  reasons,
  resumeComparison,
  worldEntry,
} from '../run/index.ts'
import { storeFolder } from '../store/index.ts'
import { readTasks } from '../world/index.ts'
import { baseUrlOf } from './base-url.ts'
import { defaultModel, rewardOf } from './defaults.ts'
import { type Action, type Call, one, type Streams } from './definition.ts'
import { fileName, noTask, taskText } from './file-text.ts'
import { onInterrupt } from './interrupt.ts'
import { type Showing, showing } from './live.ts'
import { jsonLine, storeOption } from './report.ts'
import { shownStore } from './shelf.ts'
import { cut } from './text.ts'
import { whole } from './whole.ts'

const defaults = {
  budget: 'calls=142',
  methods: 'auto,depth-first,tree-of-thoughts,gumbel-search,rest-mcts',
  n: 100,
}

export const compareCommand: Action = async (call, s) => {
  const folder = one(call, 'store')
  const store = folder === 'none' ? null : storeFolder(folder)
  const plan = await planOf(call, s, store)
  const threads = whole(call, 'threads', 1)
  return attendComparison(call, s, store, ways => comparePlan(plan, { ...ways, store, ...(threads === undefined ? {} : { threads }) }))
}

/** `espalier resume` of a comparison. */
export async function resumeCompared(call: Call, s: Streams, id: string): Promise<number> {
  if (call.values.get('budget') !== undefined)
    throw new Failure('usage', 'the budget of a comparison cannot be raised: its finished runs had the old one', 'start a new comparison')
  const store = storeFolder(one(call, 'store'))
  return attendComparison(call, s, store, ways => resumeComparison(id, { ...ways, store }))
}

async function planOf(call: Call, s: Streams, store: string | null): Promise<ComparePlan> {
  const [world] = call.args
  const file = one(call, 'tasks')
  const n = whole(call, 'n', 1)
  const split = one(call, 'split') as 'train' | 'dev' | 'test' | undefined
  if (file !== undefined && (n !== undefined || split !== undefined))
    throw new Failure('usage', '--n and --split are about made tasks, and --tasks gives a file', 'give one or the other')
  const models: Record<string, string> = { policy: one(call, 'model') ?? defaultModel(await worldEntry(world)), ...call.roles.get('model') }
  const judge = one(call, 'judge')
  if (judge !== undefined) {
    if (models.judge !== undefined) throw new Failure('usage', '--judge and --model.judge are the same', 'give one of them')
    models.judge = judge
  }
  const methods = one(call, 'methods') ?? defaults.methods
  const reward = rewardOf(call)
  const baseUrl = baseUrlOf(call)
  const optional = <K extends string>(name: K, option: string, least: number): { [P in K]?: number } => {
    const x = whole(call, option, least)
    return (x === undefined ? {} : { [name]: x }) as { [P in K]?: number }
  }
  return {
    world,
    tasks: file === undefined ? { n: n ?? defaults.n, split: split ?? 'test' } : await tasksIn(file, world, s),
    methods:
      methods === 'all'
        ? 'all'
        : methods
            .split(',')
            .map(m => m.trim())
            .filter(m => m !== ''),
    models,
    budget: parseBudget(call.values.get('budget') ?? [defaults.budget]),
    ...(reward === undefined ? {} : { reward }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...optional('seeds', 'seeds', 1),
    ...optional('seed', 'seed', 0),
    ...optional('concurrency', 'concurrency', 1),
    ...optional('inFlight', 'runs', 1),
    ...(store === null ? {} : { weights: `${store}/models` }),
  }
}

/** The good lines of a task file; the bad ones are named. */
async function tasksIn(file: string, world: string, s: Streams): Promise<{ id: string; task: unknown; answer?: unknown }[]> {
  const text = taskText(file)
  const { tasks, errors } = readTasks(text, await worldEntry(world))
  for (const e of errors) s.err.write(`espalier: ${fileName(file)}: ${e.message}\n`)
  if (tasks.length === 0) throw noTask(file)
  return tasks.map(({ id, task, answer }) => ({ id, task, ...(answer === undefined ? {} : { answer }) }))
}

async function attendComparison(
  call: Call,
  s: Streams,
  store: string | null,
  begin: (ways: { onRun(id: string): void; onEvent(e: unknown): void }) => Comparing,
): Promise<number> {
  const svg = one(call, 'svg')
  // What cannot be written is said before anything is paid for.
  if (svg !== undefined) write(svg, '', 'a')
  const view = compareView(showing(s, call.flags), s)
  const comparing = begin({
    onRun: id => s.err.write(`run ${id}\n`),
    onEvent: e => view.event(e as CompareEvent),
  })
  const off = onInterrupt(() => comparing.interrupt())
  let c: Comparison
  try {
    c = await comparing
  } finally {
    off()
    view.end()
  }
  if (svg !== undefined) write(svg, comparisonPlot(c), 'w')
  if (call.flags.has('json')) s.out.write(jsonLine(c))
  else {
    s.out.write(`${comparisonTable(c, { width: s.out.isTTY ? s.out.columns : 120 })}\n`)
    const again = shownStore(call, store)
    if (c.ended === 'cancelled' && again !== null) s.out.write(`resume: espalier resume ${c.id}${storeOption(again)}\n`)
    if (svg !== undefined) s.out.write(`picture: ${svg}\n`)
  }
  return c.ended === 'cancelled' ? 130 : 0
}

function write(file: string, text: string, flag: 'a' | 'w'): void {
  try {
    writeFileSync(file, text, { flag })
  } catch (e) {
    throw new Failure('usage', `--svg: ${file} cannot be written: ${(e as Error).message}`, 'name a file in a folder that is there', {
      cause: e,
    })
  }
}

/** Of more methods than this only the best so far are told on the way. */
const told = 8

/** How far it is, and how each method does: one line that is rewritten, or a line for every tenth. */
export function compareView(how: Showing, s: Streams): { event(e: CompareEvent): void; end(): void } {
  if (how === 'none') return { event() {}, end() {} }
  const right = new Map<string, { right: number; of: number }>()
  let tenth = 0
  let drawn = 0
  return {
    event(e) {
      if (e.kind === 'compare.start') {
        for (const m of e.data.methods) right.set(m, { right: 0, of: 0 })
        for (const line of reasons(e.data.excluded)) s.err.write(`${line}\n`)
        s.err.write(
          `${e.data.cells} runs: ${e.data.methods.length} methods, ${e.data.items} tasks, ${e.data.seeds} ${e.data.seeds === 1 ? 'seed' : 'seeds'}\n`,
        )
        if (e.data.known > 0) s.err.write(`${e.data.known} of them are in the store\n`)
      }
      if (e.kind !== 'compare.cell') return
      const { method, correct, error, item, done, of } = e.data
      const mine = right.get(method)!
      if (correct !== null) {
        mine.right += correct
        mine.of++
      }
      if (error !== undefined) s.err.write(`${how === 'terminal' ? '\r\x1b[K' : ''}failed: ${method} on ${item}: ${error}\n`)
      const so = (x: { right: number; of: number }): number => (x.of === 0 ? -1 : x.right / x.of)
      const best = right.size <= told ? [...right] : [...right].sort((a, b) => so(b[1]) - so(a[1])).slice(0, told)
      const rates = best.map(([m, x]) => `${m} ${x.of === 0 ? '-' : Math.round((100 * x.right) / x.of)}`).join('  ')
      const line = `${done} of ${of}  right %: ${rates}`
      if (how === 'terminal') {
        const now = performance.now()
        if (now - drawn < 80 && done < of) return
        drawn = now
        s.err.write(`\r\x1b[K${cut(line, s.err.columns - 1)}`)
      } else if (Math.floor((10 * done) / of) > tenth) {
        tenth = Math.floor((10 * done) / of)
        s.err.write(`${line}\n`)
      }
    },
    end() {
      if (how === 'terminal') s.err.write('\r\x1b[K')
    },
  }
}

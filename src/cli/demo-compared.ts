// The end of the demo: the same puzzles by several methods at the same budget. Did searching pay?
import { wilson } from '../kernel/index.ts'
import { type CompareEvent, type Comparison, comparePlan, comparisonTable, frameOf, type Plan, solve } from '../run/index.ts'
import { compareView } from './compare.ts'
import type { Streams } from './definition.ts'
import { onInterrupt } from './interrupt.ts'
import type { Showing } from './live.ts'
import { fill, type Line, piece } from './text.ts'

export interface Compared {
  methods: {
    method: string
    solved: number
    of: number
    low: number
    high: number
    /** Mean for a puzzle. */
    calls: number
  }[]
  /** In words. */
  verdict?: string
  /** All of it, where the methods were compared as `espalier compare` does. */
  whole?: Comparison
}
const baseline = 'best-of-n'

/** best-of-n, self-consistency, rest-mcts and auto on made puzzles of the test split, as `espalier compare` does it. null: interrupted. */
export async function compareSeedling(s: Streams, how: Showing, o: { n: number; seed: number; calls: number }): Promise<Compared | null> {
  const view = compareView(how, s)
  const comparing = comparePlan(
    {
      world: 'game24',
      tasks: { n: o.n, split: 'test', seed: o.seed },
      methods: ['rest-mcts', 'auto'],
      models: { policy: 'seedling' },
      budget: { calls: o.calls },
      seed: o.seed,
    },
    { store: null, onEvent: e => view.event(e as CompareEvent) },
  )
  const off = onInterrupt(() => comparing.interrupt())
  try {
    const whole = await comparing
    if (whole.ended === 'cancelled') return null
    return {
      whole,
      verdict: whole.verdict,
      methods: whole.rows.map(r => ({
        method: r.method,
        solved: Math.round(r.rate * whole.items),
        of: whole.items,
        low: r.interval[0],
        high: r.interval[1],
        calls: r.spent.calls,
      })),
    }
  } finally {
    off()
    view.end()
  }
}

/** A method and best-of-n with the simulated model and no waiting. null: interrupted. */
export async function compareSimulated(
  s: Streams,
  tasks: readonly { task: unknown }[],
  talk: boolean,
  method: string,
  planOf: (task: unknown, i: number, method: string) => Plan,
): Promise<Compared | null> {
  let stop = false
  const off = onInterrupt(() => (stop = true))
  const methods: Compared['methods'] = []
  try {
    for (const id of new Set([method, baseline])) {
      let solved = 0
      let spent = 0
      for (const [i, { task }] of tasks.entries()) {
        if (stop) return null
        if (talk) s.err.write(`\r\x1b[Kdid searching pay? ${id}: ${i} of ${tasks.length} puzzles\r`)
        const { frame, task: given } = await frameOf(planOf(task, i, id))
        const r = await solve(frame, given, { seed: planOf(task, i, id).seed! })
        if (r.solved) solved++
        spent += r.spent.calls
      }
      const [low, high] = wilson(solved, tasks.length)
      methods.push({ method: id, solved, of: tasks.length, low, high, calls: spent / tasks.length })
    }
  } finally {
    off()
    if (talk) s.err.write('\r\x1b[K')
  }
  return { methods }
}

/** What came out, for people. `method`: the one that was shown. */
export function comparedLines(c: Compared, o: { method: string; calls: number; width: number }): Line[] {
  const of = c.methods[0]?.of ?? 0
  const title: Line = [piece(`Did searching pay? ${of} held-out puzzles, at most ${o.calls} calls each, the same model:`, 'bold')]
  if (c.whole !== undefined)
    return [
      title,
      ...comparisonTable(c.whole, { width: Math.min(o.width, 120) })
        .split('\n')
        .map((t): Line => [piece(t)]),
    ]
  const wide = Math.max(...c.methods.map(x => x.method.length))
  const percent = (x: number): string => `${Math.round(100 * x)}`
  return [
    title,
    ...c.methods.map(
      (x): Line => [
        piece(`  ${fill(x.method, wide)}  `, x.method === o.method ? 'accent' : 'plain'),
        piece(`${String(x.solved).padStart(3)} solved`, 'bold'),
        piece(`  (${percent(x.solved / x.of)} %, 95 % interval ${percent(x.low)} to ${percent(x.high)})`),
        piece(`   ${x.calls.toFixed(0)} calls a puzzle`, 'dim'),
      ],
    ),
  ]
}

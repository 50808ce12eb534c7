// The Game of 24 fixture: published breadth-first search of Tree of Thoughts over the simulated model, and some methods at the same number of calls. All of
// them are in methods/.
import { wilson } from '../src/kernel/index.ts'
import { methods } from '../src/method/index.ts'
import { frameOf, solve } from '../src/run/index.ts'
import { worldNamed } from '../src/world/index.ts'
import type { Row } from './row.ts'

const errors = [0, 0.1, 0.2, 0.3]
const callsOfFixture = 142
/** Those of the guide's table of how much the critic matters. */
const shown = ['best-of-n', 'self-consistency', 'depth-first', 'gumbel-search', 'auto'] as const

async function rate(method: string, error: number, n: number, calls: number, preset?: string): Promise<{ solved: number; calls: number }> {
  const entry = worldNamed('game24')
  let solved = 0
  let spent = 0
  for (const { task } of entry.tasks!({ split: 'test', n, seed: 1 })) {
    const { frame } = await frameOf({
      world: 'game24',
      task: entry.showTask(task),
      method,
      ...(preset === undefined ? {} : { preset }),
      models: { policy: `simulated:error=${error},width=8` },
      budget: { calls },
      seed: 1,
    })
    const r = await solve(frame, task, { seed: 1, concurrency: 4 })
    if (r.solved) solved++
    spent += r.spent.calls
  }
  return { solved, calls: spent / n }
}
const percent = (x: number): string => `${(100 * x).toFixed(0)} %`

export async function bench({ smoke }: { smoke: boolean }): Promise<Row[]> {
  const rows: Row[] = []
  const n = smoke ? 4 : 100
  for (const error of smoke ? [0.1] : errors) {
    const r = await rate('tree-of-thoughts', error, n, 100_000)
    const [low, high] = wilson(r.solved, n)
    rows.push({
      name: `fixture: tree-of-thoughts, error ${error}, solved of ${n}`,
      value: r.solved,
      unit: '',
      note: `95 % interval ${percent(low)} to ${percent(high)}; ${r.calls.toFixed(1)} calls a puzzle`,
    })
  }
  for (const method of shown) {
    const presets = [undefined, ...Object.keys(methods.get(method)?.presets ?? {}).filter(p => p === 'robust')]
    for (const preset of presets) {
      for (const error of smoke ? [0.1] : errors) {
        const r = await rate(method, error, n, callsOfFixture, preset)
        const [low, high] = wilson(r.solved, n)
        rows.push({
          name: `${callsOfFixture} calls: ${method}${preset === undefined ? '' : ` (${preset})`}, error ${error}, solved of ${n}`,
          value: r.solved,
          unit: '',
          note: `95 % interval ${percent(low)} to ${percent(high)}; ${r.calls.toFixed(1)} calls`,
        })
      }
    }
  }
  return rows
}

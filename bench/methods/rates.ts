// Every method on the puzzles of Game of 24 that Tree of Thoughts was tested on, at equal calls, with a model that errs at a set rate.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { methodIds, methods } from '../../src/method/index.ts'
import { type Comparison, comparePlan, comparisonPlot } from '../../src/run/index.ts'
import type { Row } from '../row.ts'

/** As many as the published breadth-first search spent on a puzzle. */
const calls = 142
/** Each method as it is, and with the settings that were found to do better, where there are any. */
const entrants: readonly string[] = methodIds.flatMap(id => [
  id,
  ...(methods.get(id)?.presets?.robust === undefined ? [] : [`${id}@robust`]),
])

/** @param error chance that a judgement says the contrary @param o.figure where a picture of the curves is put */
export async function rates(error: number, { smoke, figure }: { smoke: boolean; figure?: string }): Promise<Row[]> {
  const model = `simulated:error=${error},width=8`
  const tasks = { split: 'all' as const, ranks: [901, smoke ? 902 : 1000] as const, n: smoke ? 2 : 100 }
  const c = await comparePlan({ world: 'game24', tasks, methods: entrants, models: { policy: model }, budget: { calls }, concurrency: 4 })
  if (figure !== undefined && !smoke)
    writeFileSync(join(import.meta.dirname, '../..', figure), comparisonPlot(bestOfEach(c), { title: 'Every method on Game of 24' }))
  const percent = (x: number): string => `${(100 * x).toFixed(0)} %`
  return c.rows
    .toSorted((a, b) => b.rate - a.rate || a.spent.calls - b.spent.calls)
    .map(r => ({
      name: `error ${error}, at most ${calls} calls: ${r.method}, solved of ${c.items}`,
      value: Math.round(r.rate * c.items * 100) / 100,
      unit: '',
      note: `95 % interval ${percent(r.intervalAlone[0])} to ${percent(r.intervalAlone[1])}; ${r.spent.calls.toFixed(1)} calls${r.errors > 0 ? `; ${r.errors} runs failed` : ''}`,
    }))
    .concat(c.excluded.map(x => ({ name: `error ${error}: ${x.method} takes no part, and solved`, value: 0, unit: '', note: x.why })))
}

/** Of the settings of a method those that solved most: a picture of all would be twice as tall. */
function bestOfEach(c: Comparison): Comparison {
  const best = new Map<string, Comparison['rows'][number]>()
  for (const r of c.rows) {
    const id = r.method.split('@')[0]
    const had = best.get(id)
    if (had === undefined || r.rate > had.rate) best.set(id, r)
  }
  return { ...c, rows: c.rows.filter(r => best.get(r.method.split('@')[0]) === r) }
}

// Made tasks: a hidden program, and what it does to a few lists.
import { chain } from '../../kernel/hash.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import type { Named, Wish } from '../entry.ts'
import { type List, primitives, run, sameList } from './primitives.ts'
import { shortest } from './solver.ts'
import { type FunctionTask, longestProgram, showProgram, split, withAnswer } from './task.ts'

/** Examples of a task. */
const shown = 4

/** A list as tasks use them: 3 to 6 digits. */
export const drawList = (r: AddressedRandom): List => Array.from({ length: 3 + r.int(4) }, () => r.int(10))

/**
 * Tasks of hidden programs, no two alike, the same for the same wish. No program shorter than the hidden one does what the examples show.
 * `size`: operations of the program, 1 to 6, default 3. Milliseconds each up to 4 operations, seconds for 6.
 */
export function tasks(w: Wish): Named<FunctionTask>[] {
  const size = Math.min(longestProgram, Math.max(1, Math.floor(w.size ?? 3)))
  const { hi, lo } = chain(0, 0, `functions ${w.split ?? 'all'} ${size}`)
  const r = new AddressedRandom(w.seed ?? 0, hi, lo, 'tasks')
  const seen = new Set<string>()
  const out: Named<FunctionTask>[] = []
  for (let idle = 0; out.length < w.n && idle < 20_000; idle++) {
    const program = Array.from({ length: size }, () => r.pick(primitives).name)
    const inputs = Array.from({ length: shown }, () => drawList(r))
    const outputs = inputs.map(xs => run(program, xs))
    if (outputs.some(o => o === null || o.length === 0)) continue
    const goals = outputs as List[]
    // One output for all inputs says little; a shorter program would be another task.
    if (goals.every(g => sameList(g, goals[0]))) continue
    const task = { examples: inputs.map((input, i) => ({ input, output: goals[i] })), most: size }
    const key = JSON.stringify(task)
    if (seen.has(key) || (w.split !== undefined && w.split !== 'all' && split(task) !== w.split)) continue
    if (shortest(inputs, goals, size - 1) !== null) continue
    seen.add(key)
    out.push({ id: `functions/${w.split ?? 'all'}-${size}-${w.seed ?? 0}-${out.length + 1}`, task: withAnswer(task, showProgram(program)) })
    idle = 0
  }
  return out
}

import { chain } from '../../kernel/hash.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import type { Named, Wish } from '../entry.ts'
import { draw } from './chain.ts'
import { type ReasonTask, split } from './task.ts'

/** Generated word problems (see chain.ts), no two alike, the same for the same wish. `size`: operations in a chain, default 4. */
export function tasks(w: Wish): Named<ReasonTask>[] {
  const size = Math.max(1, Math.floor(w.size ?? 4))
  const { hi, lo } = chain(0, 0, `reason ${w.split ?? 'all'} ${size}`)
  const r = new AddressedRandom(w.seed ?? 0, hi, lo, 'tasks')
  const seen = new Set<string>()
  const out: Named<ReasonTask>[] = []
  for (let idle = 0; out.length < w.n && idle < 20_000; idle++) {
    const task = Object.freeze({ question: draw(r, size) })
    if (seen.has(task.question) || (w.split !== undefined && w.split !== 'all' && split(task) !== w.split)) continue
    seen.add(task.question)
    out.push({ id: `reason/${w.split ?? 'all'}-${size}-${w.seed ?? 0}-${out.length + 1}`, task })
    idle = 0
  }
  return out
}

// Made tasks: a sound program of the library with one or two changes planted in it, and tests that notice.
import { chain } from '../../kernel/hash.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import type { Named, Wish } from '../entry.ts'
import { evaluate, passes } from './evaluate.ts'
import { type Definition, showDefinition, showTest, type Test } from './language.ts'
import { library, type Sound } from './library.ts'
import { edited, edits, repairable } from './mutate.ts'
import { program, type RepairTask, split, withAnswer } from './task.ts'

/** Tests that are shown. */
const shown = 6

/** Calls of a program's last function with drawn arguments, and what it gives; no two alike. */
function drawTests(sound: readonly Definition[], ranges: Sound['ranges'], n: number, r: AddressedRandom): Test[] {
  const { name } = sound[sound.length - 1]
  const seen = new Map<string, Test>()
  for (let i = 0; seen.size < n && i < 20 * n; i++) {
    const args = ranges.map(([low, high]) => low + r.int(high - low + 1))
    const expected = evaluate(sound, name, args)
    if (typeof expected === 'number') seen.set(args.join(' '), { name, args, expected })
  }
  return [...seen.values()]
}

/**
 * Broken programs, no two alike, the same for the same wish. Some of the tests fail, some pass, and no fewer changes than were planted make all of them
 * pass. `size`: changes planted, 1 (default) or 2; two edits more than that are allowed.
 */
export function tasks(w: Wish): Named<RepairTask>[] {
  const size = Math.min(2, Math.max(1, Math.floor(w.size ?? 1)))
  const { hi, lo } = chain(0, 0, `repair ${w.split ?? 'all'} ${size}`)
  const r = new AddressedRandom(w.seed ?? 0, hi, lo, 'tasks')
  const seen = new Set<string>()
  const out: Named<RepairTask>[] = []
  for (let idle = 0; out.length < w.n && idle < 5_000; idle++) {
    const { source, ranges } = r.pick(library)
    const sound = program(source)
    const tests = drawTests(sound, ranges, shown, r)
    let broken: Definition[] = sound
    for (let i = 0; i < size; i++) broken = edited(broken, r.pick(edits(broken)))
    const failing = tests.filter(t => !passes(broken, t)).length
    if (failing === 0 || failing === tests.length || repairable(broken, tests, size - 1)) continue
    const task: RepairTask = { source: broken.map(showDefinition), tests: tests.map(showTest), most: size + 2 }
    const key = task.source.join('\n')
    if (seen.has(key) || (w.split !== undefined && w.split !== 'all' && split(task) !== w.split)) continue
    seen.add(key)
    out.push({ id: `repair/${w.split ?? 'all'}-${size}-${w.seed ?? 0}-${out.length + 1}`, task: withAnswer(task, source) })
    idle = 0
  }
  return out
}

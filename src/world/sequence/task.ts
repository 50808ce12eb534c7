// Tasks as people write them, and tasks made by seed.
import type { Random, Split } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import type { Named, Wish } from '../entry.ts'
import { readSettings, type Setting, showSettings } from '../settings.ts'
import { splitBy } from '../split.ts'
import { asked, type Constraints, found, type Kind, kinds, largest, longest, solutions } from './constraints.ts'

/** drafts: how many may be written; each but the first mends the one before. */
export type SequenceTask = Constraints & { readonly drafts: number }

const known: Readonly<Record<Kind | 'drafts', Setting>> = {
  count: { default: 0, min: 0, max: longest },
  sum: { default: 0, min: 0, max: 99 },
  spread: { default: 0, min: 0, max: largest - 1 },
  includes: { default: 0, min: 0, max: largest },
  multiple: { default: 0, min: 0, max: 9 },
  drafts: { default: 1, min: 1, max: 16 },
}
const looks = 'a task looks like "count=4 sum=31 spread=7 includes=9"'

/** @throws Failure (usage) on what is no task, and where no numbers meet all of it */
export function parseTask(input: unknown): SequenceTask {
  const task = readSettings('sequence', input, known)
  if (asked(task).length === 0) throw new Failure('usage', 'sequence: expected a constraint, found none', looks)
  if (solutions(task, 1).length === 0)
    throw new Failure('usage', `sequence: no numbers from 1 to ${largest} meet all of ${constraintText(task)}`, looks)
  return task
}
const constraintText = (t: Constraints): string =>
  asked(t)
    .map(k => `${k}=${t[k]}`)
    .join(' ')
/** As one would type it. */
export const showTask = (t: SequenceTask): string => (t.drafts === 1 ? constraintText(t) : showSettings(t, known))
/** However often one may try, it is the same task. */
export const split = (t: Constraints): Split => splitBy(`sequence ${constraintText(t)}`)

export interface Drawn {
  readonly task: SequenceTask
  /** Numbers that meet it, in ascending order. */
  readonly answer: readonly number[]
}
/** Constraints read off numbers that were drawn first, so that they can be met: how many there are, and two to four others, `size` in all. */
export function drawTask(r: Random, size?: number): Drawn {
  for (;;) {
    const k = r.next() < 0.35 ? r.pick([2, 3, 5]) : 1
    const answer = Array.from({ length: 3 + r.int(3) }, () => k * (1 + r.int(Math.floor(largest / k)))).sort((a, b) => a - b)
    const sum = found('sum', 0, answer)
    const others = kinds.filter(x => x !== 'count' && (x !== 'multiple' || k > 1))
    const n = Math.min(others.length, (size ?? 3 + r.int(2)) - 1)
    // The sum is what ties numbers together: it is asked for most often.
    const chosen = r.sample(others, n, x => (x === 'sum' ? 3 : 1))
    if (sum > 99 || (chosen.includes('spread') && answer[0] === answer[answer.length - 1])) continue
    const value: Record<Kind, number> = {
      count: answer.length,
      sum,
      spread: found('spread', 0, answer),
      includes: r.pick(answer),
      multiple: k,
    }
    const wanted = Object.fromEntries(kinds.map(x => [x, x === 'count' || chosen.includes(x) ? value[x] : 0])) as Record<Kind, number>
    return { task: { ...wanted, drafts: 1 }, answer }
  }
}

/** Tasks that can be met, no two alike, the same for the same wish. `size`: how many constraints, 2 to 5. `difficulty`: by how many. */
export function tasks(w: Wish): Named<SequenceTask>[] {
  const r = new AddressedRandom(w.seed ?? 0, 0, w.size ?? 0, 'sequence tasks')
  const size = w.size === undefined ? undefined : Math.min(5, Math.max(2, Math.floor(w.size)))
  const out = new Map<string, Named<SequenceTask>>()
  for (let idle = 0; out.size < w.n && idle < 5000; idle++) {
    const { task } = drawTask(r, size)
    const text = constraintText(task)
    if (out.has(text) || (w.split !== undefined && w.split !== 'all' && split(task) !== w.split)) continue
    out.set(text, { id: `sequence/${text.replaceAll(' ', ',')}`, task })
    idle = 0
  }
  const all = [...out.values()]
  return w.order === 'difficulty' ? all.sort((a, b) => asked(a.task).length - asked(b.task).length) : all
}

// Where tasks come from: all 1,362 solvable sets of Game of 24, ranked, and Countdown by size and target.
import type { Random, Split } from '../../contract/index.ts'
import { chain } from '../../kernel/hash.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import type { Named, Wish } from '../entry.ts'
import { type Rules, rules24, rulesCountdown } from './game.ts'
import { type Rational, whole } from './rational.ts'
import { type Playouts, playouts, solvable } from './solver.ts'
import { split } from './split.ts'
import type { NumberTask } from './task.ts'

export interface Ranked extends NumberTask {
  /** 1 is the easiest. */
  readonly rank: number
  /** Chance that uniformly random legal play solves it. */
  readonly share: number
  /** Runs of moves that solve it. */
  readonly count: number
}

const table = (numbers: readonly number[]): Rational[] => [...numbers].sort((a, b) => a - b).map(whole)
const random = (seed: number, purpose: string): AddressedRandom => {
  const { hi, lo } = chain(0, 0, purpose)
  return new AddressedRandom(seed, hi, lo, 'tasks')
}

let list: readonly Ranked[] | undefined
/**
 * Every multiset of four numbers from 1 to 13 that makes 24, 1,362 of them, easiest first: by the share of random legal play that solves it, then by
 * the number of solutions, then by the numbers. Not the order by human solving time that Tree of Thoughts used. Worked out once, in half a second.
 */
export function ranked24(): readonly Ranked[] {
  if (list) return list
  const found: (NumberTask & Playouts)[] = []
  const memo = new Map<string, Playouts>()
  for (let a = 1; a <= 13; a++)
    for (let b = a; b <= 13; b++)
      for (let c = b; c <= 13; c++)
        for (let d = c; d <= 13; d++) {
          const numbers = [a, b, c, d]
          if (solvable(table(numbers), 24, rules24)) found.push({ numbers, target: 24, ...playouts(table(numbers), 24, rules24, memo) })
        }
  // Shares that differ only by the rounding of sums are equal. The sort is stable: equals stay in the order of their numbers.
  const rounded = (x: Playouts): number => Math.round(x.share * 1e12)
  found.sort((p, q) => rounded(q) - rounded(p) || q.count - p.count)
  list = found.map((x, i) => ({ ...x, rank: i + 1 }))
  return list
}

/** Chance that random legal play solves it, and in how many ways it can be solved. Milliseconds for four numbers, seconds for six. */
export const difficulty = (t: NumberTask, rules: Rules): Playouts => playouts(table(t.numbers), t.target, rules)

const taskId = (t: NumberTask, rules: Rules): string => `${rules.id}/${t.numbers.join('-')}${rules.all ? '' : `/${t.target}`}`
const wanted = (numbers: readonly number[], s: Split | 'all' | undefined): boolean => s === undefined || s === 'all' || split(numbers) === s

/** Tasks of Game of 24: from the ranked list. */
export function tasks24(w: Wish): Named<NumberTask>[] {
  const from = ranked24().filter(t => wanted(t.numbers, w.split) && (!w.ranks || (t.rank >= w.ranks[0] && t.rank <= w.ranks[1])))
  const drawn = w.ranks && w.seed === undefined ? from : random(w.seed ?? 0, `game24 ${w.split ?? 'all'}`).shuffle(from)
  const out = drawn.slice(0, w.n)
  if (w.order === 'difficulty') out.sort((a, b) => a.rank - b.rank)
  return out.map(({ numbers, target }) => ({ id: taskId({ numbers, target }, rules24), task: { numbers, target } }))
}

export interface CountdownWish extends Wish {
  /** Largest of the numbers; default 20. `classic`: two of each of 1 to 10 and one each of 25, 50, 75, 100, as on television. */
  readonly numbers?: number | 'classic'
  /** Smallest and largest target; default 10 to 99, classic 101 to 999. */
  readonly targets?: readonly [number, number]
}
const largeOnes = [25, 50, 75, 100]

/** Tasks of Countdown: numbers and a target drawn uniformly, kept where they can be solved and are not trivial. `size`: how many numbers, default 4. No two alike. */
export function tasksCountdown(w: CountdownWish): Named<NumberTask>[] {
  const size = w.size ?? 4
  const classic = w.numbers === 'classic'
  const largest = typeof w.numbers === 'number' ? w.numbers : 20
  const [least, greatest] = w.targets ?? (classic ? [101, 999] : [10, 99])
  const r = random(w.seed ?? 0, `countdown ${w.split ?? 'all'} ${size} ${w.numbers ?? 20} ${least} ${greatest}`)
  const draw = (): number[] => {
    if (!classic) return Array.from({ length: size }, () => 1 + r.int(largest))
    const large = r.int(Math.min(4, size) + 1)
    const small = r.shuffle(Array.from({ length: 20 }, (_, i) => 1 + (i >> 1)))
    return r.shuffle([...r.shuffle(largeOnes).slice(0, large), ...small.slice(0, size - large)])
  }
  const seen = new Set<string>()
  const out: NumberTask[] = []
  // A wish that cannot be met (all tasks found already, or none solvable) ends after so many draws without a new one.
  for (let idle = 0; out.length < w.n && idle < 20_000; idle++) {
    const numbers = draw()
    if (!wanted(numbers, w.split)) continue
    const target = least + r.int(greatest - least + 1)
    const key = `${[...numbers].sort((a, b) => a - b).join(' ')}>${target}`
    if (numbers.includes(target) || seen.has(key) || !solvable(table(numbers), target, rulesCountdown)) continue
    seen.add(key)
    out.push({ numbers, target })
    idle = 0
  }
  if (w.order === 'difficulty') {
    const share = new Map(out.map(t => [t, difficulty(t, rulesCountdown).share]))
    out.sort((a, b) => share.get(b)! - share.get(a)!)
  }
  return out.map(task => ({ id: taskId(task, rulesCountdown), task }))
}

/**
 * A new puzzle made of one, sorted: one of its numbers is another from 1 to 20, or its target another from 10 to 99. The target of Game of 24 stays, and the new number
 * is more than 13: all other sets that can be solved are in its list.
 */
export function variant({ numbers, target }: NumberTask, rules: Rules, r: Random): NumberTask {
  const other = (now: number, least: number, greatest: number): number => {
    const x = least + r.int(greatest - least + (now < least || now > greatest ? 1 : 0))
    return x >= now && now >= least ? x + 1 : x
  }
  const at = r.int(numbers.length + (rules.all ? 0 : 1))
  if (at === numbers.length) return { numbers: [...numbers].sort((a, b) => a - b), target: other(target, 10, 99) }
  const changed = numbers.with(at, other(numbers[at], rules.all ? 14 : 1, 20))
  return { numbers: changed.sort((a, b) => a - b), target }
}

// Tasks as people write them.
import type { Split } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import { nearest } from '../../kernel/nearest.ts'
import type { Named, Wish } from '../entry.ts'
import { seededTasks } from '../made.ts'
import { splitBy } from '../split.ts'
import { kinds, type LandscapeTask } from './surface.ts'

const most = 100

/** @throws Failure (usage) that says what was expected and what was found */
export function parseTask(input: unknown): LandscapeTask {
  const shown = typeof input === 'string' ? `"${input}"` : (JSON.stringify(input) ?? String(input))
  const wrong = (what: string): Failure =>
    new Failure(
      'usage',
      `landscape: ${what} in ${shown.slice(0, 120)}`,
      'a task looks like "rastrigin 2", or "rastrigin 2 7" for another optimum',
    )
  const given = input as Partial<LandscapeTask> | null
  const words =
    typeof input === 'string'
      ? input.split(/[\s,;]+/).filter(w => w !== '')
      : typeof input === 'object' && given !== null
        ? [given.kind, given.dims, given.seed ?? 0].map(String)
        : []
  if (words.length < 1 || words.length > 3) throw wrong('expected a function, its variables and a seed')
  const kind = kinds.find(k => k === words[0].toLowerCase())
  if (kind === undefined) {
    const like = nearest(words[0], kinds)
    throw wrong(`no function "${words[0]}"${like === undefined ? ` (${kinds.join(', ')})` : `; did you mean ${like}?`}`)
  }
  const [dims, seed] = [Number(words[1] ?? 2), Number(words[2] ?? 0)]
  if (!Number.isInteger(dims) || dims < 1 || dims > most) throw wrong(`expected 1 to ${most} variables, found ${words[1]}`)
  if (!Number.isInteger(seed) || seed < 0) throw wrong(`expected a whole number from 0 as seed, found ${words[2]}`)
  return { kind, dims, seed }
}
export const showTask = (t: LandscapeTask): string => `${t.kind} ${t.dims}${t.seed === 0 ? '' : ` ${t.seed}`}`

/** 70 % train, 15 % dev, 15 % test, by a fixed hash. */
export function splitOf(t: LandscapeTask): Split {
  return splitBy(showTask(t))
}

/** Rastrigin's function with other optima. `size`: variables, default 2. */
export const tasks = (w: Wish): Named<LandscapeTask>[] =>
  seededTasks('landscape', w, {
    of: (seed): LandscapeTask => ({ kind: 'rastrigin', dims: w.size ?? 2, seed }),
    text: showTask,
    split: splitOf,
  })

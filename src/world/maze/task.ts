// Tasks as people write them.
import type { Split } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import { nearest } from '../../kernel/nearest.ts'
import type { Named, Wish } from '../entry.ts'
import { seededTasks } from '../made.ts'
import { splitBy } from '../split.ts'
import { kinds, type MazeTask } from './arena.ts'

/** @throws Failure (usage) that says what was expected and what was found */
export function parseTask(input: unknown): MazeTask {
  const shown = typeof input === 'string' ? `"${input}"` : (JSON.stringify(input) ?? String(input))
  const wrong = (what: string): Failure =>
    new Failure('usage', `maze: ${what} in ${shown.slice(0, 120)}`, 'a task looks like "deceptive", or "regions 3" for other walls')
  const given = input as Partial<MazeTask> | null
  const words =
    typeof input === 'string'
      ? input.split(/[\s,;]+/).filter(w => w !== '')
      : typeof input === 'object' && given !== null
        ? [given.kind, given.seed ?? 0].map(String)
        : []
  if (words.length < 1 || words.length > 2) throw wrong('expected a plan and a seed')
  const kind = kinds.find(k => k === words[0].toLowerCase())
  if (kind === undefined) {
    const like = nearest(words[0], kinds)
    throw wrong(`no plan "${words[0]}"${like === undefined ? ` (${kinds.join(', ')})` : `; did you mean ${like}?`}`)
  }
  const seed = Number(words[1] ?? 0)
  if (!Number.isInteger(seed) || seed < 0) throw wrong(`expected a whole number from 0 as seed, found ${words[1]}`)
  return { kind, seed }
}
export const showTask = (t: MazeTask): string => `${t.kind}${t.seed === 0 ? '' : ` ${t.seed}`}`

/** 70 % train, 15 % dev, 15 % test, by a fixed hash. */
export function splitOf(t: MazeTask): Split {
  return splitBy(showTask(t))
}

/** Both plans in turn, with other walls. */
export const tasks = (w: Wish): Named<MazeTask>[] =>
  seededTasks('maze', w, { of: (seed): MazeTask => ({ kind: kinds[seed % kinds.length], seed }), text: showTask, split: splitOf })

// How many answers of a task file were right, where it gives the expected ones. No search sees them: they are sealed, and unsealed when it has ended.
import type { Grader, Key } from '../contract/index.ts'
import { Failure, type Interval, wilson } from '../kernel/index.ts'
import { grade } from '../run/index.ts'
import type { ReadTask, WorldEntry } from '../world/index.ts'
import { type Line, piece } from './text.ts'

export class Grading {
  readonly #grader: Grader<any, 'test'> | undefined
  readonly #keys = new Map<string, Key<'test'>>()
  #right = 0
  #of = 0
  /** Seals the answers. @throws Failure (usage) on an expected answer that is none of the world */
  constructor(entry: WorldEntry, tasks: readonly ReadTask<any>[]) {
    const known = tasks.filter(t => t.answer !== undefined)
    if (known.length === 0) return
    if (entry.item === undefined || entry.grader === undefined)
      throw new Failure(
        'usage',
        `the tasks have answers, and the world ${entry.world.id} has no grader for them`,
        "leave the answers out, or give the world's entry `item` and `grader`",
      )
    this.#grader = entry.grader('test')
    for (const t of known) this.#keys.set(t.id, entry.item(t.task, 'test', t.answer).key)
  }
  /** Grades the answer to the task of an id; undefined: nobody knows what is right. */
  async grade(id: string, answer: unknown): Promise<{ correct: number; note?: string } | undefined> {
    const key = this.#keys.get(id)
    if (key === undefined || this.#grader === undefined) return undefined
    const g = await grade(this.#grader, answer, key, undefined)
    this.#of++
    this.#right += g.correct
    return g
  }
  /** Share of the graded answers that were right, with its 95 % interval (Wilson); null: none was graded. */
  get rate(): { right: number; of: number; rate: number; interval: Interval; grader: string } | null {
    if (this.#of === 0 || this.#grader === undefined) return null
    return {
      right: this.#right,
      of: this.#of,
      rate: this.#right / this.#of,
      interval: wilson(this.#right, this.#of),
      grader: this.#grader.id,
    }
  }
  /** The same for people. */
  lines(): Line[] {
    const { rate } = this
    if (rate === null) return []
    const percent = (x: number): number => Math.round(100 * x)
    const [low, high] = rate.interval
    return [
      [
        piece(`${rate.right} of ${rate.of} right`, 'bold'),
        piece(` (${percent(rate.rate)} %, 95 % interval ${percent(low)} to ${percent(high)}), by ${rate.grader}`),
      ],
    ]
  }
}

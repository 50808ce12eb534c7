import type { Grader, Grain, Item, Random, Split, World } from '../contract/index.ts'

/** Which tasks a world should make. Every world knows `split`, `n` and `seed`; the others where they mean something there. */
export interface Wish {
  readonly split?: Split | 'all'
  /** How many; fewer where a finite list has fewer. */
  readonly n: number
  /** Other seeds, other tasks (or another order). Default 0. */
  readonly seed?: number
  /** How large a task is, in the world's own unit. */
  readonly size?: number
  /** `difficulty`: easiest first. Default: by seed. */
  readonly order?: 'seed' | 'difficulty'
  /** From a ranked list: first and last rank, 1 the easiest, both included. */
  readonly ranks?: readonly [from: number, to: number]
}
/** A task with its name. */
export interface Named<T> {
  readonly id: string
  readonly task: T
}
/** A world as the rest of the system finds it by name. */
export interface WorldEntry<S = any, A = any, Ans = any, T = any> {
  readonly world: World<S, A, Ans, T>
  /** One line, for lists. */
  readonly describe: string
  readonly grains: readonly Grain[]
  /** Name of a model that ships and was trained on it. */
  readonly model?: string
  /** false: its rules reward no answer, so a critic or a verifier must. Default true. */
  readonly exact?: boolean
  /** Tasks as one types them. */
  readonly examples: readonly string[]
  /** @throws Failure (usage), one line, on anything that is no task of this world */
  parseTask(input: unknown): T
  /** As one would type it. */
  showTask(task: T): string
  /** Made or listed tasks, the same for the same wish. */
  tasks?(wish: Wish): Named<T>[]
  /** The split a task belongs to. */
  splitOf?(task: T): Split
  /** A new task made of one. Whether it can be solved nobody has looked. */
  variant?(task: T, random: Random): T
  /** What a state achieved, wished for or not: the start of the task that asks for it, and the name of that goal. null: nothing one could ask for. */
  regoal?(s: S): { readonly start: S; readonly goal: string } | null
  /** A task with its sealed truth. @param answer the expected one, where a task file gives it; a world with rules of its own needs none */
  item?<X extends Split>(task: T, split: X, answer?: unknown): Item<T, X>
  grader?<X extends Split>(split: X): Grader<Ans, X>
}

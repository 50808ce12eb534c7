// What a problem of shortest paths must say of itself to be a world: places, moves with costs, and when one is there.
import type { Random } from '../../contract/index.ts'

/** S: a place, with the goal where that is the task's own. */
export interface Domain<S> {
  readonly id: string
  readonly describe: string
  /** For prompts: the rules, and how a move is written. */
  about(s: S): string
  readonly examples: readonly string[]
  /** For prompts: a place and a move in it. */
  readonly example: { readonly place: string; readonly move: string }
  /** The place as one line, equal for equal places; `read` reads it back. */
  text(s: S): string
  /** @throws Failure (usage) that says what was expected and what was found */
  read(text: string): S
  /** For the eye and for prompts, where one line is not enough. */
  picture?(s: S): string
  /** Legal moves, as one writes them, in a fixed order. */
  moves(s: S): readonly string[]
  /** The place after a move; a text: why it cannot be made. */
  apply(s: S, move: string): S | string
  /** The move that a line says, as `moves` writes it; null: none. Whether it is legal is for `apply`. */
  move(line: string, s: S): string | null
  there(s: S): boolean
  /** Cost of a move; default 1. */
  cost?(move: string): number
  /** Cost of the cheapest way from here, exact where `exact` says so, else never too great. */
  distance(s: S): number
  exact(s: S): boolean
  /** A place from which one can get there, about so far away. `size`: in the domain's own unit. */
  sample(random: Random, size: number): S
  readonly sizes: { readonly least: number; readonly most: number; readonly usual: number }
}

// What a board game must say of itself to be a world, to be solved, and to be played by the kernel's synchronous search.
import type { Random } from '../../contract/index.ts'
import type { Game } from '../../kernel/index.ts'

/** A position, mutable as the kernel's `Game` is. Players are 0 (begins) and 1. */
export interface Position<G> extends Game<G> {
  /** A legal action as one writes it. */
  moveText(action: number): string
  /** The legal action that a text says; a text back: why there is none. */
  action(text: string): number | string
  /** The whole position in one line, without spaces at its ends; `Rules.read` reads it back. Equal for equal positions. */
  text(): string
  /** The board for the eye, several lines. */
  picture(): string
  /** A static judgement of an unfinished position, in (-1, 1), as the player to move sees it. */
  estimate(): number
  /** Can the player to move win with this very move? Only where that is cheaper to say than to try. */
  winsNow?(): boolean
}

/** A board game. */
export interface Rules<G extends Position<G>> {
  readonly id: string
  readonly describe: string
  /** For prompts: the rules, and how a move is written. */
  readonly about: string
  readonly players: readonly [string, string]
  readonly examples: readonly string[]
  /** For prompts: a position and a move in it. */
  readonly example: { readonly position: string; readonly move: string }
  /** @throws Failure (usage) that says what was expected and what was found */
  read(text: string): G
  /** A position that could come up, unfinished, to choose tasks from. */
  position(random: Random): G
  /** Plies that can be searched out from here in well under a second. */
  horizon(g: G): number
  /** Own moves to the win, in tasks made by seed: most, and default. */
  readonly wins: { readonly most: number; readonly usual: number }
}

/** Result of a game that is over, as the player to move sees it: -1, 0 or 1. */
export const resultOf = (g: Pick<Game<unknown>, 'player' | 'value'>): number => 2 * g.value(g.player()) - 1

/** Legal actions. */
export function legalOf<G>(g: Game<G>): number[] {
  if (g.over()) return []
  const out = new Int32Array(g.maxActions)
  return Array.from(out.subarray(0, g.legal(out)))
}

/** The position after an action; the one before stays as it is. */
export function after<G extends Game<G>>(g: G, action: number): G {
  const next = g.clone()
  next.apply(action)
  return next
}

// Board games in words, and the way back: what the oracle needs to know stands in the prompt.
import type { Message, Wanted } from '../../contract/index.ts'
import { type Asks, askFor, kindOf, wanted } from '../asks.ts'
import type { Position, Rules } from './position.ts'

/** A state of a board world: the position as text, and what is asked of it. */
export interface BoardState {
  readonly position: string
  /** Whose move it is. */
  readonly player: 0 | 1
  /** Who was to move at first: the one whose move is sought. */
  readonly hero: 0 | 1
  /** Moves made since. */
  readonly ply: number
  /** The hero's first move, which is the answer. */
  readonly first?: string
  /** Moves of its own the hero still has to win; without it the game runs its course. */
  readonly left?: number
}
export const asks: Asks = { step: 'Next move:', list: 'Next moves:', judgement: 'Verdict:' }
const upTo = (n: number): string => (Number.isFinite(n) ? `up to ${n} different moves` : 'all sensible moves')

const goalText = (s: BoardState, players: readonly [string, string]): string | null =>
  s.left === undefined
    ? null
    : `Goal: ${players[s.hero]} is to win in ${s.left} more ${s.left === 1 ? 'move' : 'moves'} of its own; ${players[1 - s.hero]} is to prevent it.`

export function render<G extends Position<G>>(s: BoardState, want: Wanted, rules: Rules<G>): Message[] {
  const kind = kindOf(asks, want)
  const mover = rules.players[s.player]
  const wish =
    kind === 'judgement'
      ? `Does this end well for ${mover}, who is to move, if both play their best? End with one word on a line of its own: sure, likely or impossible.`
      : kind === 'step'
        ? `Write the best move for ${mover}, on one line.`
        : `Write ${upTo(want.list!)} for ${mover}, the best first, one on each line.`
  const shown = rules.read(rules.example.position)
  const example =
    kind === 'judgement'
      ? `Position: ${rules.example.position}\n${rules.players[shown.player()]} is to move.\n${asks.judgement}\nsure`
      : `Position: ${rules.example.position}\n${rules.players[shown.player()]} is to move.\n${asks[kind]}\n${rules.example.move}`
  const goal = goalText(s, rules.players)
  const now = [
    `Position: ${s.position}`,
    rules.read(s.position).picture(),
    ...(goal === null ? [] : [goal]),
    `${mover} is to move.`,
    askFor(asks, want),
  ]
  return [{ role: 'user', content: `${rules.about}\n${wish}\n\nExample\n${example}\n\nNow\n${now.join('\n')}` }]
}

/** What a prompt of this game asks about; null: it is none. */
export function readPrompt<G extends Position<G>>(
  text: string,
  rules: Rules<G>,
): { position: string; left?: number; hero: 0 | 1; player: 0 | 1; want: Wanted } | null {
  const m =
    /\nNow\nPosition: (.+)\n(?:.*\n)*?(?:Goal: (\S+) is to win in (\d+) more .*\n)?(\S+) is to move\.\n([A-Z][a-z ]+:)(?: \(at most (\d+)\))?$/.exec(
      text,
    )
  if (m === null || !text.startsWith(rules.about)) return null
  const player = rules.players.indexOf(m[4]) as 0 | 1
  const hero = m[2] === undefined ? player : (rules.players.indexOf(m[2]) as 0 | 1)
  const want = wanted(asks, m[5], m[6])
  if (want === null || player < 0 || hero < 0) return null
  return { position: m[1], ...(m[3] === undefined ? {} : { left: Number(m[3]) }), hero, player, want }
}

// What a simulated model may know of a board game: who has the better of it, as far as the solver sees.
import type { Oracle } from '../../contract/index.ts'
import { canonical } from '../../kernel/hash.ts'
import type { Outlook } from './outlook.ts'
import { after, legalOf, type Position, type Rules } from './position.ts'
import { readPrompt } from './prompt.ts'

/** A position as somebody looks at it: the player to move, when it is judged; the one who moved there, when it is chosen. */
export interface BoardPlace {
  readonly position: string
  readonly view: 0 | 1
  /** Who is to win, in how many moves of its own; without it a draw is no loss. */
  readonly goal?: { readonly hero: 0 | 1; readonly left: number }
}

/** Does it end well for the one who looks? With a goal: for the hero a forced win in time, for the opponent that there is none. */
function endsWell<G extends Position<G>>(p: BoardPlace, rules: Rules<G>, outlook: Outlook<G>): boolean {
  const g = rules.read(p.position)
  const sign = g.player() === p.view ? 1 : -1
  if (p.goal === undefined) return sign * outlook.of(g, rules.horizon(g)) >= 0
  const { hero, left } = p.goal
  const plies = g.player() === hero ? 2 * left - 1 : 2 * left
  const won = outlook.of(g, Math.max(0, plies)) === (g.player() === hero ? 1 : -1)
  return won === (p.view === hero)
}

export const oracle = <G extends Position<G>>(rules: Rules<G>, outlook: Outlook<G>): Oracle<BoardPlace> => ({
  read(messages) {
    const last = messages.at(-1)
    const found = last?.role === 'user' ? readPrompt(last.content, rules) : null
    if (found === null) return null
    const { position, player, hero, left, want } = found
    const place: BoardPlace = { position, view: player, ...(left === undefined ? {} : { goal: { hero, left } }) }
    return { place, key: canonical(place), want }
  },
  moves({ position, goal }) {
    const g = rules.read(position)
    const mover = g.player() as 0 | 1
    const left = goal === undefined ? 0 : goal.left - (mover === goal.hero ? 1 : 0)
    // The hero's last move is made: the game is over, whatever may still be played.
    if (goal !== undefined && goal.left <= 0) return []
    return legalOf(g).map(a => ({
      text: g.moveText(a),
      to: { position: after(g, a).text(), view: mover, ...(goal === undefined ? {} : { goal: { hero: goal.hero, left } }) },
    }))
  },
  promising: p => endsWell(p, rules, outlook),
  labels: { promising: ['sure', 'likely'], lost: ['impossible'] },
  attempt: texts => texts.join('\n'),
})

import type { PureWorld } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import type { WorldEntry } from '../entry.ts'
import { marking } from '../marking.ts'
import { oracle } from './oracle.ts'
import { Outlook } from './outlook.ts'
import { legalOf, type Position, type Rules, resultOf } from './position.ts'
import { type BoardState, render } from './prompt.ts'
import { type BoardTask, parseTask, showTask, splitOf, tasks } from './task.ts'

export interface BoardWorld<G extends Position<G>> extends WorldEntry<BoardState, string, string, BoardTask> {
  readonly world: PureWorld<BoardState, string, string, BoardTask | string>
  readonly rules: Rules<G>
  readonly outlook: Outlook<G>
}

/**
 * A board game as a world of two players: from a position, find the move. The answer of any line of play is its first move; a line of one move can be
 * answered with before the game is over, and is then worth nothing yet (NaN). Rewards are results, -1, 0 or 1, as the player to move at the end sees
 * them, who is the one that has just been beaten; so a search turns them as it backs them up. With a goal (`win in n`) the game also ends once the one
 * who moved first has made its n moves, and all but a win is a loss for it.
 */
export function boardWorld<G extends Position<G>>(rules: Rules<G>): BoardWorld<G> {
  const outlook = new Outlook<G>()
  const positions = new WeakMap<BoardState, G>()
  const at = (s: BoardState): G => {
    let g = positions.get(s)
    if (g === undefined) positions.set(s, (g = rules.read(s.position)))
    return g
  }
  const late = (s: BoardState): boolean => s.left !== undefined && s.left <= 0
  const finished = (s: BoardState): boolean => late(s) || at(s).over()
  const world: PureWorld<BoardState, string, string, BoardTask | string> = {
    kind: 'pure',
    id: rules.id,
    grains: ['step'],
    start(task) {
      const { position, within } = parseTask(task, rules)
      const player = rules.read(position).player() as 0 | 1
      return { position, player, hero: player, ply: 0, ...(within === undefined ? {} : { left: within }) }
    },
    step(s, a) {
      const g = at(s)
      const action = finished(s) ? 'the game is over' : g.action(a)
      if (typeof action === 'string') throw new Failure('world', `${rules.id}: ${action}`, 'ask valid(action, state) before taking a step')
      const next = g.clone()
      next.apply(action)
      const first = s.first ?? g.moveText(action)
      const left = s.left === undefined ? undefined : s.left - (s.player === s.hero ? 1 : 0)
      const player = next.player() as 0 | 1
      return { position: next.text(), player, hero: s.hero, ply: s.ply + 1, first, ...(left === undefined ? {} : { left }) }
    },
    outcome(s) {
      const answer = s.first ?? ''
      const g = at(s)
      const result = g.over() ? resultOf(g) : 0
      if (result !== 0 || (g.over() && s.left === undefined)) return { answer, reward: result }
      // Asked for a win, a draw or a win that comes too late is a loss.
      if (g.over() || late(s)) return { answer, reward: s.player === s.hero ? -1 : 1 }
      return s.ply === 1 ? { answer, open: true, reward: Number.NaN } : null
    },
    render: (c, want) => render(c.state, want, rules),
    parse(text, s, want) {
      if (want.for === 'judgement') return { reject: 'a judgement is no move' }
      const found = at(s).action(text.trim())
      return typeof found === 'string' ? { reject: found } : at(s).moveText(found)
    },
    oracle: oracle(rules, outlook),
    valid(a, s) {
      if (finished(s)) return 'the game is over'
      const found = at(s).action(a)
      return typeof found === 'string' ? found : true
    },
    actions: s => (finished(s) ? [] : legalOf(at(s)).map(a => at(s).moveText(a))),
    actionKey(a, s) {
      const found = finished(s) ? a : at(s).action(a)
      return typeof found === 'string' ? a : at(s).moveText(found)
    },
    key: s => `${s.position}${s.left === undefined ? '' : ` ${s.left} ${s.hero}`}`,
    show: a => a,
    player: s => s.player,
  }
  return {
    world,
    rules,
    outlook,
    describe: rules.describe,
    grains: ['step'],
    examples: rules.examples,
    parseTask: input => parseTask(input, rules),
    showTask,
    tasks: wish => tasks(rules, outlook, wish),
    splitOf,
    ...marking(rules.id, (task: BoardTask, answer: string) => {
      const g = rules.read(task.position)
      const found = g.action(String(answer))
      if (typeof found === 'string') return found
      const best = outlook.best(g, task.within === undefined ? rules.horizon(g) : 2 * task.within - 1)
      return best.includes(found) || `${answer} is worse than ${best.map(a => g.moveText(a)).join(', ')}`
    }),
  }
}

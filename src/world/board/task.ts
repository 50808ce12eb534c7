import type { Split } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import { chain } from '../../kernel/hash.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import type { Named, Wish } from '../entry.ts'
import { splitBy } from '../split.ts'
import type { Outlook } from './outlook.ts'
import { after, legalOf, type Position, type Rules } from './position.ts'

/** A position to find a move in. `within`: the player to move is to win in so many moves of its own; the game ends when they are made. */
export interface BoardTask {
  readonly position: string
  readonly within?: number
}
const longest = 50

/** `POSITION`, `POSITION win in 2`, `POSITION mate in 2`, `{ position, within }`. @throws Failure (usage) */
export function parseTask<G extends Position<G>>(input: unknown, rules: Rules<G>): BoardTask {
  const hint = `a task looks like "${rules.examples[0]}"`
  let text: unknown = input
  let within: unknown
  if (typeof input === 'object' && input !== null) ({ position: text, within } = input as { position?: unknown; within?: unknown })
  if (typeof text !== 'string')
    throw new Failure('usage', `${rules.id}: expected a position, found ${JSON.stringify(input)?.slice(0, 80) ?? String(input)}`, hint)
  const goal = /[\s,;]+(?:to\s+)?(?:win|mate)\s+in\s+(\S+)\s*$/i.exec(text)
  if (goal !== null) {
    within = Number(goal[1])
    text = text.slice(0, goal.index)
  }
  if (within !== undefined && !(Number.isInteger(within) && (within as number) >= 1 && (within as number) <= longest))
    throw new Failure('usage', `${rules.id}: expected a win in 1 to ${longest} moves, found "${goal?.[1] ?? within}"`, hint)
  const g = rules.read(text as string)
  if (g.over()) throw new Failure('usage', `${rules.id}: the game is over in "${(text as string).trim().slice(0, 120)}"`, hint)
  return { position: g.text(), ...(within === undefined ? {} : { within: within as number }) }
}

/** As one would type it. */
export const showTask = (t: BoardTask): string => (t.within === undefined ? t.position : `${t.position} win in ${t.within}`)

/** Which split a position belongs to, by a fixed hash: 70 % train, 15 % dev, 15 % test. */
export function splitOf(t: BoardTask): Split {
  return splitBy(t.position)
}

/**
 * Positions in which the player to move can force a win in `size` moves of its own and no fewer, and not every move does it.
 * @param wish.size own moves to the win
 * @throws Failure (usage) on a size that this game's solver does not reach
 */
export function tasks<G extends Position<G>>(rules: Rules<G>, outlook: Outlook<G>, wish: Wish): Named<BoardTask>[] {
  const size = wish.size ?? rules.wins.usual
  if (!(Number.isInteger(size) && size >= 1 && size <= rules.wins.most))
    throw new Failure(
      'usage',
      `${rules.id}: expected a size of 1 to ${rules.wins.most} own moves to the win, found ${size}`,
      'leave it out for the usual',
    )
  const { hi, lo } = chain(0, 0, rules.id)
  const out: Named<BoardTask>[] = []
  const seen = new Set<string>()
  for (let i = 0; out.length < wish.n && i < 400 * (wish.n + 10); i++) {
    const g = rules.position(new AddressedRandom(wish.seed ?? 0, hi, lo ^ i, 'position'))
    const position = g.text()
    if (seen.has(position)) continue
    seen.add(position)
    const task = { position, within: size }
    if (wish.split !== undefined && wish.split !== 'all' && splitOf(task) !== wish.split) continue
    if (outlook.winsIn(g, size) !== size) continue
    if (legalOf(g).every(a => outlook.of(after(g, a), 2 * size - 2) === -1)) continue
    out.push({ id: `${rules.id}-${wish.seed ?? 0}-${i}`, task })
  }
  return out
}

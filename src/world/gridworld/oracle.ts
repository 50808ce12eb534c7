// The truth that a simulated model errs about.
import type { Oracle } from '../../contract/index.ts'
import { canonical } from '../../kernel/hash.ts'
import { cell, distance, type Grid, moved, moves, type Stand } from './grid.ts'
import { gridOfPlace, type Place, readPrompt } from './prompt.ts'

const standOf = (p: Place): Stand => ({ at: p.at, keys: p.keys, open: 0 })
const over = (g: Grid, p: Place): boolean => p.left <= 0 || g.cells[p.at] === 'G' || g.cells[p.at] === '~'

/**
 * A place is promising where the goal can still be reached with the moves that are left; a move, where it also leads nearer to the goal. So `skill` of a
 * simulated model is its chance of going the shortest way.
 */
export const oracle: Oracle<Place> = {
  read(messages) {
    const last = messages.at(-1)
    const found = last?.role === 'user' ? readPrompt(last.content) : null
    return found && { ...found, key: canonical(found.place) }
  },
  moves(p) {
    const g = gridOfPlace(p)
    if (over(g, p)) return []
    const here = distance(g, standOf(p))
    return moves.flatMap(text => {
      const to = moved(g, standOf(p), text)
      if (typeof to === 'string') return []
      const { width, cells } = g
      const changed = to.open !== 0 || to.keys !== p.keys
      const rows = changed
        ? Array.from({ length: cells.length / width }, (_, y) =>
            [...cells.slice(y * width, (y + 1) * width)].map((_, x) => cell(g, y * width + x, to)).join(''),
          )
        : null
      const place: Place = {
        map: rows === null ? p.map : rows.join('/'),
        at: to.at,
        keys: to.keys,
        left: p.left - 1,
        nearer: distance(g, to) < here,
      }
      return [{ text, to: place }]
    })
  },
  promising(p) {
    const g = gridOfPlace(p)
    return g.cells[p.at] !== '~' && p.nearer !== false && distance(g, standOf(p)) <= p.left
  },
  labels: { promising: ['sure', 'likely'], lost: ['impossible'] },
  attempt: texts => texts.join('\n'),
}

// What models write, read back as fills. Forgiving about form, strict about the rules; every refusal says why, since the model is told.
import type { Reject } from '../../contract/index.ts'
import { type Action, cellName, type Fill, fill, fillAll, over, type State } from './game.ts'

const named = /\b(?:r(?:ow)?)\s*(\d)\s*[,:]?\s*(?:c(?:ol(?:umn)?)?)\s*(\d)\s*(?:\)|\*\*|`)?\s*(?:=|:|->|\u2192|is|gets|<-)\s*\D{0,3}(\d)\b/i
const short = (text: string): string => {
  const t = text.trim().replace(/\s+/g, ' ')
  return t.length > 80 ? `${t.slice(0, 77)}...` : t
}
function fillIn(line: string, s: State): Fill | null {
  const m = named.exec(line)
  if (!m) return null
  const [row, column, digit] = m.slice(1).map(Number)
  if (row < 1 || row > s.side || column < 1 || column > s.side) return { cell: -1, digit }
  return { cell: (row - 1) * s.side + column - 1, digit }
}

/** One fill, from the first line that has one. */
export function parseStep(text: string, s: State): Action | Reject {
  for (const line of text.split('\n')) {
    const f = fillIn(line, s)
    if (!f) continue
    const next = fill(s, f)
    return typeof next === 'string' ? { reject: next } : [f]
  }
  return { reject: text.trim() === '' ? 'the reply is empty' : `no cell of the form "r1c2 = 3" in "${short(text)}"` }
}

/** The digits of a whole grid after the last `Answer:`, or null. */
function gridIn(text: string, s: State): number[] | null {
  const at = text.toLowerCase().lastIndexOf('answer')
  if (at < 0) return null
  const digits = text.slice(at).replace(/[^\d]/g, '')
  return digits.length === s.cells.length ? Array.from(digits, Number) : null
}

/** A whole solution: the grid marked as the answer decides; without one the fills, which must come to an end. */
export function parseAttempt(text: string, s: State): Action | Reject {
  if (text.trim() === '') return { reject: 'the reply is empty' }
  const grid = gridIn(text, s)
  if (grid) {
    const changed = s.cells.findIndex((d, c) => d !== 0 && grid[c] !== d)
    if (changed >= 0) return { reject: `the answer has ${grid[changed]} in ${cellName(changed, s.side)}, which holds ${s.cells[changed]}` }
    const fills = grid.flatMap((digit, cell) => (s.cells[cell] === 0 ? [{ cell, digit }] : []))
    const end = fillAll(s, fills)
    return typeof end === 'string' ? { reject: end } : fills
  }
  let at = s
  // Several may stand on a line, as the world itself shows them.
  for (const line of text.split(/[\n;]/)) {
    const f = fillIn(line, at)
    if (!f) continue
    if (over(at)) break
    const next = fill(at, f)
    if (typeof next === 'string') return { reject: next }
    at = next
  }
  if (at === s) return { reject: `no cell of the form "r1c2 = 3" and no grid in "${short(text)}"` }
  return over(at)
    ? at.fills.slice(s.fills.length)
    : { reject: `the attempt stops with ${at.cells.filter(d => d === 0).length} empty cells` }
}

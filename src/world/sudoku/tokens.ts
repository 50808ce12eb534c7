// The dialect of small models over number tokens: `4 : 13 1 22 3 23 4 32 1 42 4 43 3 ; 11 4 ; 12 2 ; ... 44 1 $`. A cell is its row and column as one number, so that cells and
// digits are different tokens; only what is filled is said.
import type { Context, Dialect, Reject } from '../../contract/index.ts'
import { type Action, type Fill, fill, over, type State } from './game.ts'

const cellToken = (cell: number, side: number): number => 10 * (Math.floor(cell / side) + 1) + (cell % side) + 1
/** `12 3`. */
export const fillTokens = (f: Fill, side: number): string => `${cellToken(f.cell, side)} ${f.digit}`

/** The whole text so far. It ends with `;`, or `$` at the end. */
export function tokenText(s: State): string {
  const given = s.givens.flatMap((digit, cell) => (digit === 0 ? [] : [fillTokens({ cell, digit }, s.side)]))
  const done = over(s)
  const fills = s.fills.map((f, i) => ` ${fillTokens(f, s.side)} ${done && i === s.fills.length - 1 ? '$' : ';'}`)
  return `${[s.side, ':', ...given, ';'].join(' ')}${fills.join('')}`
}

function parse(text: string, s: State, attempt: boolean): Action | Reject {
  const whole = text.trim()
  const end = whole.indexOf('$')
  const segments = (end < 0 ? whole : whole.slice(0, end)).split(';').map(x => x.trim())
  if (segments.length > 1 && segments[segments.length - 1] === '') segments.pop()
  let at = s
  for (const segment of attempt ? segments : segments.slice(0, 1)) {
    const m = /^(\d)(\d) (\d)$/.exec(segment)
    if (!m) return { reject: `"${segment}" is no fill "12 3"` }
    const [row, column, digit] = m.slice(1).map(Number)
    const inside = row >= 1 && row <= s.side && column >= 1 && column <= s.side
    const next = fill(at, { cell: inside ? (row - 1) * s.side + column - 1 : -1, digit })
    if (typeof next === 'string') return { reject: next }
    at = next
  }
  if (!over(at) && (attempt || (end >= 0 && segments.length === 1))) return { reject: 'it ends with empty cells' }
  return at.fills.slice(s.fills.length)
}

/** A step is what follows up to `;` or `$`, an attempt all up to `$`. */
export const tokens: Dialect<State, Action> = {
  render: (c: Context<State, Action>) => [{ role: 'user', content: tokenText(c.state) }],
  parse: (text, s, want) => (want.for === 'judgement' ? { reject: 'a judgement is no step' } : parse(text, s, want.for === 'attempt')),
  stop: want => (want.for === 'attempt' ? ['$'] : [';', '$']),
}

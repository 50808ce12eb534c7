// Boards of two kinds of stones in one line: rows from the top, `/` between them, x and o stones, `.` empty. The player of x begins.
import { Failure } from '../../kernel/failure.ts'

export const stones = ['.', 'x', 'o'] as const

/** `x.o/.x./...`. @param at stone at a row and column: 0 none, 1 x, 2 o */
export function rowsText(rows: number, columns: number, at: (r: number, c: number) => number): string {
  let out = ''
  for (let r = 0; r < rows; r++) {
    if (r > 0) out += '/'
    for (let c = 0; c < columns; c++) out += stones[at(r, c)]
  }
  return out
}

/**
 * Reads such a line.
 * @returns stones by row and column, and whose move it is: x has as many stones as o, or one more
 * @throws Failure (usage)
 */
export function readRows(id: string, text: string, example: string): { cells: number[][]; turn: 0 | 1 } {
  const wrong = (what: string): Failure =>
    new Failure('usage', `${id}: ${what} in "${text.slice(0, 120)}"`, `a position looks like "${example}"`)
  const rows = text.trim().toLowerCase().split('/')
  const bad = /[^xo.]/.exec(rows.join(''))
  if (bad) throw wrong(`expected x, o, . and /, found "${bad[0]}"`)
  if (rows.some(r => r.length !== rows[0].length || r.length === 0)) throw wrong('rows of different length')
  const cells = rows.map(r => [...r].map(ch => stones.indexOf(ch as '.')))
  const count = (stone: number): number => cells.flat().filter(x => x === stone).length
  const ahead = count(1) - count(2)
  if (ahead !== 0 && ahead !== 1) throw wrong(`x begins, so x has as many stones as o or one more; found ${count(1)} x and ${count(2)} o`)
  return { cells, turn: ahead as 0 | 1 }
}

/** `b3`: second column, third row from the top. */
export const cellText = (r: number, c: number): string => `${'abcdefghijklmnopqrstuvwxyz'[c]}${r + 1}`

/** The cell a text names, as [row, column]; the first one in it. null: none. */
export function readCell(text: string): [number, number] | null {
  const m = /(?<![a-z0-9])([a-z])\s?(\d{1,2})(?![a-z0-9])/i.exec(text)
  return m && [Number(m[2]) - 1, m[1].toLowerCase().charCodeAt(0) - 97]
}

/** Rows with letters above and numbers beside them; `shift`: spaces before each row more than before the last. */
export function grid(rows: number, columns: number, at: (r: number, c: number) => number, shift = 0): string {
  const head = `   ${Array.from({ length: columns }, (_, c) => 'abcdefghijklmnopqrstuvwxyz'[c]).join(' ')}`
  const line = (r: number): string =>
    `${' '.repeat(r * shift)}${String(r + 1).padStart(2)} ${Array.from({ length: columns }, (_, c) => stones[at(r, c)]).join(' ')}`
  return [head, ...Array.from({ length: rows }, (_, r) => line(r))].join('\n')
}

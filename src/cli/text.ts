// Lines for a terminal: pieces of text with a style, measured in columns, cut to a width, painted last.

export type Style = 'plain' | 'bold' | 'dim' | 'good' | 'bad' | 'warn' | 'accent'
export interface Piece {
  readonly text: string
  readonly style: Style
}
export type Line = readonly Piece[]

const codes: Record<Style, readonly [string, string]> = {
  plain: ['', ''],
  bold: ['\x1b[1m', '\x1b[22m'],
  dim: ['\x1b[2m', '\x1b[22m'],
  good: ['\x1b[32m', '\x1b[39m'],
  bad: ['\x1b[31m', '\x1b[39m'],
  warn: ['\x1b[33m', '\x1b[39m'],
  accent: ['\x1b[36m', '\x1b[39m'],
}
/** A piece of a line. Control characters, which could move the cursor, become spaces. */
export const piece = (text: string, style: Style = 'plain'): Piece => ({ text: text.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' '), style })

const combining = /^[\p{Mn}\p{Me}\p{Cf}]$/u
function columnsOf(c: string): number {
  const x = c.codePointAt(0)!
  if (x < 0x300) return 1
  if (combining.test(c)) return 0
  const wide =
    (x >= 0x1100 && x <= 0x115f) ||
    (x >= 0x2e80 && x <= 0xa4cf && x !== 0x303f) ||
    (x >= 0xac00 && x <= 0xd7a3) ||
    (x >= 0xf900 && x <= 0xfaff) ||
    (x >= 0xfe30 && x <= 0xfe6f) ||
    (x >= 0xff00 && x <= 0xff60) ||
    (x >= 0xffe0 && x <= 0xffe6) ||
    (x >= 0x1f300 && x <= 0x1faff) ||
    (x >= 0x20000 && x <= 0x3fffd)
  return wide ? 2 : 1
}
/** Columns that a text takes in a terminal. */
export function width(text: string): number {
  let n = 0
  for (const c of text) n += columnsOf(c)
  return n
}
/** At most `most` columns of a text; what is cut ends with `mark`. */
export function cut(text: string, most: number, mark = '…'): string {
  if (width(text) <= most) return text
  let out = ''
  let n = width(mark)
  if (n > most) return ''
  for (const c of text) {
    n += columnsOf(c)
    if (n > most) break
    out += c
  }
  return out + mark
}
/** Cut or filled with spaces to exactly `to` columns. */
export function fill(text: string, to: number, mark?: string): string {
  const t = cut(text, to, mark)
  return t + ' '.repeat(Math.max(0, to - width(t)))
}
/** Words broken into lines of at most `most` columns; a longer word stands alone. */
export function wrap(text: string, most: number): string[] {
  const out: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && width(line) + 1 + width(word) > most) {
      out.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return line === '' ? out : [...out, line]
}
/** A line cut to a width. */
export function crop(line: Line, most: number, mark?: string): Line {
  const out: Piece[] = []
  let left = most
  for (const p of line) {
    const w = width(p.text)
    if (w <= left) {
      out.push(p)
      left -= w
    } else {
      const last = cut(p.text, left, mark)
      if (last !== '') out.push({ text: last, style: p.style })
      break
    }
  }
  return out
}
/**
 * A line broken at spaces into lines of at most `most` columns, each further one below the last column of the first that leaves it room: what follows two spaces
 * or more begins a column. A longer word is left to the terminal.
 */
export function fold(line: Line, most: number): Line[] {
  const text = line.map(p => p.text).join('')
  if (width(text) <= most) return [line]
  let hang = 0
  for (const m of text.matchAll(/(?:^ +| {2,})(?=\S)/g)) {
    const at = width(text.slice(0, m.index + m[0].length))
    if (at <= most - Math.min(24, most / 2)) hang = at
  }
  const indent: Piece = { text: ' '.repeat(hang), style: 'plain' }
  const out: Piece[][] = [[]]
  let used = 0
  // The first column stands as it is; breaks come after it.
  let fixed = hang
  for (const p of line)
    for (const part of p.text.split(/(?<= )(?=[^ ])/)) {
      const w = width(part)
      if (fixed <= 0 && used > hang && used + width(part.trimEnd()) > most) {
        const end = out.at(-1)!.pop()!
        out.at(-1)!.push({ text: end.text.trimEnd(), style: end.style })
        out.push([indent])
        used = hang
      }
      out.at(-1)!.push({ text: part, style: p.style })
      used += w
      fixed -= w
    }
  return out
}
/** With escape codes, or without. */
export function paint(line: Line, color: boolean): string {
  return line.map(p => (color && p.text !== '' ? codes[p.style][0] + p.text + codes[p.style][1] : p.text)).join('')
}
const marks = {
  unicode: { full: '█', empty: '░', steps: ' ▁▂▃▄▅▆▇█', dot: '·', yes: '✔', no: '✘', run: '●', more: '…', arrow: '→' },
  ascii: { full: '#', empty: '.', steps: ' .:-=+*#', dot: '-', yes: '+', no: 'x', run: '*', more: '~', arrow: '->' },
} as const
export type Marks = { readonly [K in keyof (typeof marks)['unicode']]: string }
export const marksFor = (unicode: boolean): Marks => (unicode ? marks.unicode : marks.ascii)

/** A bar of `columns` columns, `share` (0 to 1) of it full. */
export function bar(share: number, columns: number, m: Marks): { full: string; empty: string } {
  const s = Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0
  const n = s > 0 ? Math.max(1, Math.floor(s * columns)) : 0
  return { full: m.full.repeat(n), empty: m.empty.repeat(columns - n) }
}
/** Numbers as a row of small columns, the highest full. */
export function sparkline(xs: readonly number[], m: Marks): string {
  const top = Math.max(...xs, 0)
  const last = [...m.steps].length - 1
  return xs.map(x => [...m.steps][top <= 0 || x <= 0 ? 0 : Math.max(1, Math.round((x / top) * last))]).join('')
}
/** A whole number with thousands apart; large ones short. */
export function number(n: number): string {
  if (Math.abs(n) >= 1e7) return `${(n / 1e6).toFixed(1)}M`
  return Math.round(n).toLocaleString('en-US')
}
/** A number of things: `1 call`, `1,200 calls`. */
export const counted = (n: number, noun: string): string => `${number(n)} ${noun}${n === 1 ? '' : 's'}`
/** Seconds for people: 0.43 s, 12.3 s, 4 min 05 s, 2 h 10 min. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const s = Math.round(seconds)
  if (s < 3600) return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`
  return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, '0')} min`
}
/** US dollars: as many digits as say something. */
export function money(usd: number): string {
  if (usd === 0) return '$0'
  return usd < 0.01 ? `$${usd.toPrecision(2)}` : `$${usd.toFixed(usd < 1 ? 3 : 2)}`
}
/** A score with at most three digits after the point. */
export const score = (x: number): string => (Number.isFinite(x) ? String(Math.round(x * 1000) / 1000) : 'none')

// Expressions: written from moves, read from what people and models write, and turned back into moves.
import { type Move, moveKey } from './game.ts'
import { combine, type Op, type Rational, read, same, show, whole } from './rational.ts'

/** A leaf is a number; otherwise an operation on two. */
export type Tree = { readonly value: Rational } | { readonly op: Op; readonly l: Tree; readonly r: Tree }

const rank = { '+': 1, '-': 1, '*': 2, '/': 2 } as const

/** Moves as one expression. Numbers that no move made stand for themselves. `goal`: which of the results is meant, where several are left (default: the last). */
export function expressionOf(numbers: readonly Rational[], moves: readonly Move[], goal?: Rational): string {
  const leaf = (n: Rational) => ({ value: n, text: n[1] === 1 && n[0] >= 0 ? show(n) : `(${show(n)})`, rank: 3 })
  const table = numbers.map(leaf)
  const take = (r: Rational): { text: string; rank: number } => {
    const i = table.findIndex(x => same(x.value, r))
    return i < 0 ? leaf(r) : table.splice(i, 1)[0]
  }
  for (const { a, op, b } of moves) {
    const l = take(a)
    const r = take(b)
    const p = rank[op]
    const left = l.rank < p ? `(${l.text})` : l.text
    const right = r.rank < p || (r.rank === p && (op === '-' || op === '/')) ? `(${r.text})` : r.text
    table.push({ value: combine(a, op, b) ?? whole(Number.NaN), text: `${left} ${op} ${right}`, rank: p })
  }
  const found = goal && table.findLast(x => same(x.value, goal))
  return (found ?? table[table.length - 1]).text
}

/** Unicode signs, LaTeX and markdown brought to plain `+ - * / ( )`. Line breaks stay. */
export function plain(text: string): string {
  let t = text
    .replace(/[\uFF01-\uFF5E]/g, c => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/[\u2212\u2010-\u2015\uFE63\u2796]/g, '-')
    .replace(/[\u00D7\u22C5\u2217\u2715\u2716\u2A2F\u2219]/g, '*')
    .replace(/(?<=[\d)}][ \t]*)[\u00B7\u2022](?=[ \t]*[\d(\\-])/g, '*')
    .replace(/[\u00F7\u2215\u2044\u2797]/g, '/')
    .replace(/\u2795/g, '+')
    .replace(/\\(?:(?:left|right|displaystyle)(?![a-z])|[,;!])/g, ' ')
    .replace(/\\(?:times|cdot|ast)(?![a-z])/g, '*')
    .replace(/\\div(?![a-z])/g, '/')
    .replace(/\\boxed\s*\{(.*)\}/g, ' $1 ')
    .replace(/\\(?:text|mathrm)\{([^{}]*)\}/g, '$1')
  for (let i = 0; i < 8 && /\\[dt]?frac/.test(t); i++) t = t.replace(/\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g, '(($1)/($2))')
  return t
    .replace(/\\[()[\]]/g, ' ')
    .replace(/[$`]/g, ' ')
    .replace(/\*\*|__/g, ' ')
    .replace(/[[{]/g, '(')
    .replace(/[\]}]/g, ')')
    .replace(/(\d|\))\s*[xX]\s*(?=[\d(])/g, '$1 * ')
}

/** Reads a plain expression. A text: why it is none. A minus before a number belongs to it. */
export function parseExpression(text: string): Tree | string {
  const tokens = text.match(/\d+(?:\.\d+)?|[-+*/()]|[^\s]/g) ?? []
  if (tokens.length > 200) return 'the expression is too long'
  let i = 0
  let wrong = ''
  const fail = (why: string): null => {
    wrong ||= why
    return null
  }
  const sum = (depth: number): Tree | null => {
    let l = product(depth)
    while (l && (tokens[i] === '+' || tokens[i] === '-')) {
      const op = tokens[i++] as Op
      const r = product(depth)
      l = r && { op, l, r }
    }
    return l
  }
  const product = (depth: number): Tree | null => {
    let l = factor(depth)
    while (l && (tokens[i] === '*' || tokens[i] === '/' || tokens[i] === '(')) {
      const op: Op = tokens[i] === '(' ? '*' : (tokens[i++] as Op)
      const r = factor(depth)
      l = r && { op, l, r }
    }
    return l
  }
  const factor = (depth: number): Tree | null => {
    const t = tokens[i++]
    if (t === undefined) return fail('the expression ends too early')
    if (t === '(') {
      if (depth > 60) return fail('too many brackets')
      const inside = sum(depth + 1)
      if (inside && tokens[i++] !== ')') return fail('a bracket is not closed')
      return inside
    }
    const sign = t === '-' && /^\d/.test(tokens[i] ?? '') ? tokens[i++] : undefined
    const value = read(sign === undefined ? t : `-${sign}`)
    return value ? { value } : fail(`"${t}" is no number`)
  }
  const tree = sum(0)
  if (!tree) return wrong || 'no expression'
  if (i < tokens.length) return `"${tokens[i]}" does not belong into an expression`
  return tree
}

/** Its numbers, left to right. */
export function leaves(t: Tree): Rational[] {
  return 'value' in t ? [t.value] : [...leaves(t.l), ...leaves(t.r)]
}

/** Its moves, inner ones first, and its value; a text where it divides by zero or grows beyond bounds. */
export function movesOf(t: Tree): { moves: Move[]; value: Rational } | string {
  if ('value' in t) return { moves: [], value: t.value }
  const l = movesOf(t.l)
  if (typeof l === 'string') return l
  const r = movesOf(t.r)
  if (typeof r === 'string') return r
  const move = { a: l.value, op: t.op, b: r.value }
  const value = combine(move.a, move.op, move.b)
  if (!value) return t.op === '/' && r.value[0] === 0 ? 'it divides by zero' : 'a number in it is too large'
  return { moves: [...l.moves, ...r.moves, move], value }
}

/**
 * Quotients of two numbers that stand for one number on the table, such as 8/3, taken as that number: each number once, and first where it is written as it
 * is shown, for beside a 1/2 on the table `2 / 4` is a step.
 */
export function withFractions(t: Tree, table: readonly Rational[]): Tree {
  const unused = [...table]
  const taken = (x: Tree, asShown: boolean): Tree => {
    if ('value' in x) return x
    if (x.op === '/' && 'value' in x.l && 'value' in x.r) {
      const value = combine(x.l.value, '/', x.r.value)
      const i = value && value[1] !== 1 && (!asShown || same(x.r.value, whole(value[1]))) ? unused.findIndex(u => same(u, value)) : -1
      if (i >= 0) return { value: unused.splice(i, 1)[0] }
    }
    return { op: x.op, l: taken(x.l, asShown), r: taken(x.r, asShown) }
  }
  return taken(taken(t, true), false)
}

/** Numbers used that are not there (or too often), and numbers not used. */
export function difference(used: readonly Rational[], there: readonly Rational[]): { extra: Rational[]; unused: Rational[] } {
  const unused = [...there]
  const extra: Rational[] = []
  for (const u of used) {
    const i = unused.findIndex(x => same(x, u))
    if (i < 0) extra.push(u)
    else unused.splice(i, 1)
  }
  return { extra, unused }
}

/** The moves with `made` taken out, each once; the first of `made` that is not among them where one is missing. */
export function without(moves: readonly Move[], made: readonly Move[]): { moves: Move[] } | { missing: Move } {
  const rest = [...moves]
  for (const m of made) {
    const k = moveKey(m)
    const i = rest.findIndex(x => moveKey(x) === k)
    if (i < 0) return { missing: m }
    rest.splice(i, 1)
  }
  return { moves: rest }
}

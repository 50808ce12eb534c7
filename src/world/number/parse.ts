// What models write, read back as moves. Forgiving about form, strict about arithmetic; every refusal says why, since the model is told.
import type { Reject } from '../../contract/index.ts'
import { answerText } from './check.ts'
import { difference, leaves, movesOf, parseExpression, plain, type Tree, withFractions, without } from './expression.ts'
import { type Action, finished, type Move, move, type Rules, type State, showMove } from './game.ts'
import { combine, type Op, order, type Rational, read, same, show, showAll, whole } from './rational.ts'

interface Written {
  readonly move: Move
  readonly claim: Rational
  readonly left?: readonly Rational[] | string
  readonly decimal: boolean
}
const lead = /^\s*(?:[-*>\u2022\u00B7]\s+|#+\s*|\(?\d{1,2}[.):]\s+|(?:next\s+)?(?:step|option|move|operation)\s*\d*\s*[:.)-]\s*)/i
const bare = (line: string): string => {
  let t = line
  for (let i = 0; i < 4 && lead.test(t); i++) t = t.replace(lead, '')
  return t
}

/** The equation on a line, if there is one: `a o b = c`, with words around it and `(left: ...)` after it as may be. */
function equation(line: string, s: State): Written | null {
  const t = bare(plain(bare(line)))
    .replace(/\(\((\d+)\)\/\((\d+)\)\)/g, '$1/$2')
    .replace(/[\u2248\u2243]/g, '=')
  for (let at = t.indexOf('='); at >= 0; at = t.indexOf('=', at + 1)) {
    const l = /[-+*/().\d\s]+$/.exec(t.slice(0, at))?.[0] ?? ''
    const rest = t.slice(at + 1)
    const r = /^\s*(\(?\s*[+-]?\s?\d+(?:\.\d+)?(?:\s?\/\s?\d+)?\s*\)?)/.exec(rest)
    const claim = r && read(r[1])
    if (!claim) continue
    const found = operands(l, s)
    if (found) return { move: found, claim, left: leftList(rest.slice(r[0].length)), decimal: /\d\.\d/.test(l + r[1]) }
  }
  return null
}

/** `8/3 * 9` and `8 / 3` alike: of the ways to cut it at an operator, one whose operands lie on the table is preferred. */
function operands(text: string, s: State): Move | null {
  let t = text.trim()
  if (/^\([^()]*\)$/.test(t)) t = t.slice(1, -1).trim()
  const cuts: Move[] = []
  for (let i = 1; i < t.length - 1; i++) {
    if (!'+-*/'.includes(t[i])) continue
    const a = read(t.slice(0, i))
    const b = read(t.slice(i + 1))
    if (a && b) cuts.push({ a, op: t[i] as Op, b })
  }
  const there = (m: Move): boolean => difference([m.a, m.b], s.left).extra.length === 0
  return cuts.find(there) ?? cuts[0] ?? null
}

function leftList(text: string): readonly Rational[] | string | undefined {
  const m = /\b(?:left|remain\w*)\b[^\d:()-]*[:=]?\s*\(?([^a-zA-Z]*)/i.exec(text)
  const words = m?.[1].match(/[^\s,;()]+/g)?.filter(w => /\d/.test(w))
  if (!words || words.length === 0) return undefined
  const list = words.map(w => read(w.replace(/\.$/, '')))
  return list.every(x => x !== null) ? list.sort(order) : words.join(' ')
}

/** The state after one written step, or why it is none. */
function apply(w: Written, s: State, rules: Rules): State | string {
  const inexact = w.decimal ? ' (decimals are not exact: write fractions such as 8/3)' : ''
  const exact = combine(w.move.a, w.move.op, w.move.b)
  const next = move(s, w.move, rules)
  if (typeof next === 'string') return next + inexact
  if (!exact || !same(exact, w.claim)) return `${showMove(w.move)} is ${exact ? show(exact) : 'undefined'}, not ${show(w.claim)}${inexact}`
  if (w.left === undefined) return next
  const right = typeof w.left !== 'string' && w.left.length === next.left.length && w.left.every((x, i) => same(x, next.left[i]))
  if (right) return next
  return `after ${showMove(w.move)} = ${show(exact)} the numbers left are ${showAll(next.left)}, not ${typeof w.left === 'string' ? w.left : showAll(w.left)}`
}

const short = (text: string): string => {
  const t = text.trim().replace(/\s+/g, ' ')
  return t.length > 80 ? `${t.slice(0, 77)}...` : t
}

/** One step, from a line or from the first line that has one. */
export function parseStep(text: string, s: State, rules: Rules): Action | Reject {
  for (const line of text.split('\n')) {
    const w = equation(line, s)
    if (!w) continue
    const next = apply(w, s, rules)
    return typeof next === 'string' ? { reject: next } : [w.move]
  }
  return { reject: text.trim() === '' ? 'the reply is empty' : `no step of the form "a + b = c" in "${short(text)}"` }
}

/** A whole solution: the expression marked as the answer decides; without one, the steps; or an expression alone. */
export function parseAttempt(text: string, s: State, rules: Rules): Action | Reject {
  if (text.trim() === '') return { reject: 'the reply is empty' }
  const answer = answerText(text)
  const expression = (): Action | string => {
    const tree = parseExpression(answer.text)
    return typeof tree === 'string' ? `${tree} in "${short(answer.text)}"` : fromTree(tree, s, rules)
  }
  const first = answer.marked ? expression() : fromSteps(text, s, rules)
  if (typeof first !== 'string' && first !== null) return first
  if (answer.marked) return { reject: first ?? '' }
  const second = expression()
  return typeof second === 'string' ? { reject: first ?? second } : second
}

/** null: there is no step in it. */
function fromSteps(text: string, s: State, rules: Rules): Action | string | null {
  let at = s
  for (const line of text.split('\n')) {
    if (finished(at.left, at.target, rules)) break
    const w = equation(line, at)
    const next = w && apply(w, at, rules)
    if (typeof next === 'string') return next
    at = next ?? at
  }
  if (at === s) return null
  return finished(at.left, at.target, rules) ? at.moves.slice(s.moves.length) : `the attempt stops with ${showAll(at.left)} left`
}

/** An expression of the task's numbers that has the moves made so far in it, or one of the numbers left. */
function fromTree(tree: Tree, s: State, rules: Rules): Action | string {
  const first = rest(tree, s.numbers.map(whole), s.moves, s, rules)
  if (typeof first !== 'string' || s.moves.length === 0) return first
  const second = rest(withFractions(tree, s.left), s.left, [], s, rules)
  return typeof second === 'string' ? first : second
}

function rest(tree: Tree, table: readonly Rational[], made: readonly Move[], s: State, rules: Rules): Action | string {
  const { extra, unused } = difference(leaves(tree), table)
  if (extra.length > 0) return `the answer uses ${showAll(extra)} beyond the numbers ${showAll(table)}`
  if (rules.all && unused.length > 0) return `the answer does not use ${showAll(unused)}`
  const done = movesOf(tree)
  if (typeof done === 'string') return `the answer is wrong: ${done}`
  const left = without(done.moves, made)
  if ('missing' in left) return `the answer does not contain the step ${showMove(left.missing)}, which is made already`
  // Where play may stop early, it would end at the target on the way; an answer that goes on to something else is no solution.
  if (!rules.all && !same(done.value, whole(s.target))) return `the answer comes to ${show(done.value)}, not ${s.target}`
  const moves: Move[] = []
  let at = s
  for (const m of left.moves) {
    if (finished(at.left, at.target, rules)) break
    const next = move(at, m, rules)
    if (typeof next === 'string') return next
    at = next
    moves.push(m)
  }
  return moves.length > 0 ? moves : 'the answer has no step in it'
}

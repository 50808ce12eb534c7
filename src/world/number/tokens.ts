// The dialect of the seedling, the small model over number tokens: `24 : 4 9 10 13 ; 13 - 9 = 4 : 4 4 10 ; ... 6 * 4 = 24 $`.
import type { Context, Dialect, Reject } from '../../contract/index.ts'
import { type Action, finished, type Move, move, type Rules, result, type State, showMove, start } from './game.ts'
import { type Op, ops, type Rational, same, show, showAll, whole } from './rational.ts'

/** The largest number that is a token; the smallest is 0. */
export const largestToken = 99

const sayable = (r: Rational): boolean => r[1] === 1 && r[0] >= 0 && r[0] <= largestToken
/** What in this state has no token, or null. */
export function unsayable(s: State): string | null {
  const bad = [...s.numbers.map(whole), ...s.left, whole(s.target)].find(r => !sayable(r))
  return bad ? `${show(bad)} cannot be said in tokens: they are the whole numbers 0 to ${largestToken}` : null
}

/** The whole text so far. `numbers` stand in the order of the task; what is left after a step, in ascending order. It ends with `;`, or `$` at the end. */
export function tokenText(s: State, rules: Rules): string {
  const parts = [`${s.target} : ${s.numbers.join(' ')} ;`]
  let at = start(s.numbers, s.target)
  for (const m of s.moves) {
    const next = move(at, m, rules)
    if (typeof next === 'string') break
    at = next
    const c = result(m, rules)
    const equation = `${show(m.a)} ${m.op} ${show(m.b)} = ${c ? show(c) : '?'}`
    parts.push(finished(at.left, at.target, rules) ? `${equation} $` : `${equation} : ${showAll(at.left)} ;`)
  }
  return parts.join(' ')
}

/** One step: `a op b = c`, then ` : rest` where play goes on. */
function stepOf(words: readonly string[], s: State, rules: Rules): { move: Move; next: State } | string {
  const [a, op, b, is, c, colon, ...rest] = words
  const number = (w: string | undefined): Rational | null => (w !== undefined && /^\d{1,2}$/.test(w) ? whole(Number(w)) : null)
  const [x, y, z] = [number(a), number(b), number(c)]
  if (!x || !y || !z || is !== '=' || !ops.includes(op as Op)) return `"${words.join(' ')}" is no step "a op b = c"`
  const m: Move = { a: x, op: op as Op, b: y }
  const next = move(s, m, rules)
  if (typeof next === 'string') return next
  const exact = result(m, rules)
  if (!exact || !same(exact, z)) return `${showMove(m)} is ${exact ? show(exact) : 'undefined'}, not ${c}`
  if (colon === undefined) return { move: m, next }
  if (colon !== ':' || rest.join(' ') !== showAll(next.left))
    return `after ${showMove(m)} = ${c} comes ": ${showAll(next.left)}", not "${[colon, ...rest].join(' ')}"`
  return { move: m, next }
}

function parse(text: string, s: State, rules: Rules, attempt: boolean): Action | Reject {
  const problem = unsayable(s)
  if (problem) return { reject: problem }
  const whole = text.trim()
  const dollar = whole.indexOf('$')
  const segments = (dollar < 0 ? whole : whole.slice(0, dollar)).split(';').map(x => x.trim().split(/\s+/))
  if (dollar < 0 && segments.length > 1 && segments[segments.length - 1][0] === '') segments.pop()
  const moves: Move[] = []
  let at = s
  for (const words of attempt ? segments : segments.slice(0, 1)) {
    const step = stepOf(words, at, rules)
    if (typeof step === 'string') return { reject: step }
    moves.push(step.move)
    at = step.next
  }
  const done = finished(at.left, at.target, rules)
  if (!done && (attempt || (dollar >= 0 && segments.length === 1))) return { reject: `it ends with ${showAll(at.left)} left` }
  return moves
}

/** A step is what follows up to `;` or `$`, an attempt all up to `$`. A judgement is asked about the same text. */
export const tokens = (rules: Rules): Dialect<State, Action> => ({
  render: (c: Context<State, Action>) => [{ role: 'user', content: tokenText(c.state, rules) }],
  parse: (text, s, want) =>
    want.for === 'judgement' ? { reject: 'a judgement is no step' } : parse(text, s, rules, want.for === 'attempt'),
  stop: want => (want.for === 'attempt' ? ['$'] : [';', '$']),
})

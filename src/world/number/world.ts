import type { PureWorld } from '../../contract/index.ts'
import { stepping } from '../stepping.ts'
import { expressionOf } from './expression.ts'
import {
  type Action,
  actionKey,
  eachMove,
  finished,
  moveAll,
  type Rules,
  reached,
  rules24,
  rulesCountdown,
  type State,
  showMove,
  start,
  stateKey,
} from './game.ts'
import { oracle } from './oracle.ts'
import { parseAttempt, parseStep } from './parse.ts'
import { render, stepText } from './prompt.ts'
import { combine, whole } from './rational.ts'
import { parseTask, type TaskInput } from './task.ts'
import { tokens } from './tokens.ts'

const world = (rules: Rules): PureWorld<State, Action, string, TaskInput> => ({
  kind: 'pure',
  id: rules.id,
  grains: ['step', 'attempt'],
  start(task) {
    const t = parseTask(task, rules)
    return start(t.numbers, t.target)
  },
  ...stepping(rules.id, (s: State, a: Action) => moveAll(s, a, rules)),
  outcome(s) {
    if (!finished(s.left, s.target, rules)) return null
    const solved = reached(s.left, s.target, rules)
    const answer = expressionOf(s.numbers.map(whole), s.moves, solved ? whole(s.target) : undefined)
    return solved ? { answer, reward: 1 } : { answer, reward: 0, failed: true }
  },
  render: (c, want) => render(c.state, want, rules),
  parse(text, s, want) {
    if (want.for === 'judgement') return { reject: 'a judgement is no step' }
    return want.for === 'attempt' ? parseAttempt(text, s, rules) : parseStep(text, s, rules)
  },
  dialects: { tokens: tokens(rules) },
  oracle: oracle(rules),
  actions(s) {
    const out: Action[] = []
    if (!finished(s.left, s.target, rules)) eachMove(s.left, rules, (a, op, b) => out.push([{ a, op, b }]))
    return out
  },
  actionKey,
  show(a, s) {
    let at = s
    return a
      .map(m => {
        const next = moveAll(at, [m], rules)
        if (typeof next === 'string') return showMove(m)
        at = next
        return stepText(m, combine(m.a, m.op, m.b)!, next.left)
      })
      .join('\n')
  },
  key: stateKey,
  cost: (_s, a) => a.length,
})

/**
 * Game of 24: four numbers, each used exactly once, exact rationals (negative results and fractions are legal), target 24. One move is one step; an
 * attempt is the run of all that are left. Tree of Thoughts (arXiv:2305.10601) lets the model work in decimals; here 8/3 is 8/3.
 */
export const game24 = world(rules24)
/**
 * Countdown, the numbers round: three to six numbers, each used at most once, every result a positive whole number, target 1 to 999. Play ends as soon as
 * the target lies on the table, or when one number is left.
 */
export const countdown = world(rulesCountdown)

// One-place changes of a program. Each is undone by another of them, so a planted bug can be taken out the way it came.

import { passes } from './evaluate.ts'
import { type Definition, type Expr, type Op, parts, showDefinition, showExpr, type Test } from './language.ts'

const swaps: Readonly<Partial<Record<Op, readonly Op[]>>> = {
  '+': ['-', '*'],
  '-': ['+', '*'],
  '*': ['+', '-'],
  '/': ['%'],
  '%': ['/'],
  '<': ['<=', '>'],
  '<=': ['<', '>='],
  '>': ['>=', '<'],
  '>=': ['>', '<='],
  '=': ['!='],
  '!=': ['='],
  and: ['or'],
  or: ['and'],
}
const turning: readonly Op[] = ['-', '/', '%']

/** The changes at the top of an expression. */
function here(e: Expr, params: readonly string[]): Expr[] {
  switch (e.kind) {
    case 'number':
      return [e.value + 1, ...(e.value > 0 ? [e.value - 1] : [])].map(value => ({ kind: 'number', value }))
    case 'name':
      return params.filter(p => p !== e.name).map(name => ({ kind: 'name', name }))
    case 'op': {
      const others: Expr[] = (swaps[e.op] ?? []).map(op => ({ ...e, op }))
      return turning.includes(e.op) ? [...others, { ...e, left: e.right, right: e.left }] : others
    }
    case 'call': {
      const other: Expr[] = e.name === 'min' ? [{ ...e, name: 'max' }] : e.name === 'max' ? [{ ...e, name: 'min' }] : []
      return e.args.length === 2 && other.length === 0 ? [{ ...e, args: [e.args[1], e.args[0]] }] : other
    }
    case 'if':
      return [{ ...e, yes: e.no, no: e.yes }]
    case 'minus':
      return []
  }
}
/** The expression with its i-th part exchanged. */
function put(e: Expr, i: number, part: Expr): Expr {
  if (e.kind === 'op') return i === 0 ? { ...e, left: part } : { ...e, right: part }
  if (e.kind === 'call') return { ...e, args: e.args.with(i, part) }
  if (e.kind === 'if') return i === 0 ? { ...e, when: part } : i === 1 ? { ...e, yes: part } : { ...e, no: part }
  return { kind: 'minus', of: part }
}

/** Every expression that differs in one place: an operator, a number by one, a parameter, the order of two sides, the branches of a condition. */
export function changes(e: Expr, params: readonly string[]): Expr[] {
  const own = here(e, params).filter(x => showExpr(x) !== showExpr(e))
  return [...own, ...parts(e).flatMap((part, i) => changes(part, params).map(c => put(e, i, c)))]
}

/** Every definition that differs from one of the program's in one place, in the order of the program; equal texts once. */
export function edits(program: readonly Definition[]): Definition[] {
  const seen = new Set(program.map(showDefinition))
  return program.flatMap(d =>
    changes(d.body, d.params)
      .map(body => ({ ...d, body }))
      .filter(x => {
        const text = showDefinition(x)
        return !seen.has(text) && seen.add(text)
      }),
  )
}
/** The program with a definition in the place of the one of its name. */
export const edited = (program: readonly Definition[], d: Definition): Definition[] => program.map(x => (x.name === d.name ? d : x))

/** Can the tests be made to pass by at most so many one-place changes? The work grows about a hundredfold with each. */
export function repairable(program: readonly Definition[], tests: readonly Test[], most: number): boolean {
  const failing = tests.filter(t => !passes(program, t))
  if (failing.length === 0) return true
  if (most <= 0) return false
  // What fails now most likely fails then: those first, so that most changes cost one test.
  const order = [...failing, ...tests.filter(t => !failing.includes(t))]
  for (const d of program) {
    for (const body of changes(d.body, d.params)) {
      const next = edited(program, { ...d, body })
      if (most === 1 ? order.every(t => passes(next, t)) : repairable(next, order, most - 1)) return true
    }
  }
  return false
}

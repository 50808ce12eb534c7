// A place in the search for a program: what the lists have become, and what they must become.
import type { Outcome } from '../../contract/index.ts'
import { inTurn } from '../stepping.ts'
import { apply, type List, primitive, sameList, showList } from './primitives.ts'
import { type FunctionTask, showProgram } from './task.ts'

export interface State {
  readonly task: FunctionTask
  readonly steps: readonly string[]
  /** The inputs after the steps. */
  readonly values: readonly List[]
}
/** A run of operations: one for a step, all that are left for an attempt. */
export type Action = readonly string[]

export const start = (task: FunctionTask): State => ({ task, steps: [], values: task.examples.map(x => x.input) })

const right = (s: State): boolean[] => s.values.map((v, i) => sameList(v, s.task.examples[i].output))
export const met = (s: State): boolean => right(s).every(x => x)
export const finished = (s: State): boolean => met(s) || s.steps.length >= s.task.most

/** The state after one operation, or why it cannot be taken. */
export function step(s: State, name: string): State | string {
  const p = primitive(name)
  if (p === undefined) return `there is no operation "${name}"`
  if (met(s)) return 'every output is reached: no further step'
  if (s.steps.length >= s.task.most) return `the program has ${s.task.most} steps already`
  const values: List[] = []
  for (const v of s.values) {
    const next = apply(p, v)
    if (next === null) return `${name} makes ${showList(v)} too large`
    values.push(next)
  }
  return { task: s.task, steps: [...s.steps, name], values }
}

/** All operations of an action, one after the other; the reason where one cannot be taken. */
export const stepAll = (s: State, a: Action): State | string => inTurn(s, a, step)

/** Finished: worth the share of the examples that come out right; what is wrong is told as a trace of the first that does not. */
export function outcome(s: State): Outcome<string> | null {
  if (!finished(s)) return null
  const ok = right(s)
  const wrong = ok.indexOf(false)
  const answer = showProgram(s.steps)
  return { answer, reward: ok.filter(x => x).length / ok.length, ...(wrong < 0 ? {} : { feedback: trace(s, wrong) }) }
}

/** What became of one input, step by step, and what it should have become. */
export function trace(s: State, example: number): string {
  const { input, output } = s.task.examples[example]
  const lines = [`Input ${showList(input)} should become ${showList(output)}. It became`]
  let at: List = input
  for (const name of s.steps) {
    at = apply(primitive(name)!, at)!
    lines.push(`${showList(at)} after ${name}`)
  }
  return lines.join('\n')
}

/** The same for states from which the same can be done. */
export const stateKey = (s: State): string => {
  const goals = s.task.examples.map(x => showList(x.output)).join('')
  return `${s.values.map(showList).join('')}>${goals} ${s.task.most - s.steps.length}`
}

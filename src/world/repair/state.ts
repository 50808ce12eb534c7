// A place in a repair: the program as it is now, and what its tests say.
import type { Outcome } from '../../contract/index.ts'
import { inTurn } from '../stepping.ts'
import { complaint } from './evaluate.ts'
import { readDefinition, showDefinition, unsound } from './language.ts'
import { edited } from './mutate.ts'
import { program, type RepairTask, testsOf } from './task.ts'

export interface State {
  readonly task: RepairTask
  /** One definition a line. */
  readonly source: readonly string[]
  readonly edits: number
  /** What each test complains of, null where it passes. */
  readonly report: readonly (string | null)[]
}
/** New versions of functions, one for a step, a run of them for an attempt. */
export type Action = readonly string[]

const look = (task: RepairTask, source: readonly string[], edits: number): State => {
  const p = program(source)
  return { task, source, edits, report: testsOf(task).map(t => complaint(p, t)) }
}
export const start = (task: RepairTask): State => look(task, task.source, 0)
export const passing = (s: State): boolean => s.report.every(x => x === null)
export const finished = (s: State): boolean => passing(s) || s.edits >= s.task.most

/** The state after one function was replaced, or why it cannot be. */
export function edit(s: State, text: string): State | string {
  if (passing(s)) return 'every test passes: no further edit'
  if (s.edits >= s.task.most) return `${s.task.most} edits were made already`
  const d = readDefinition(text)
  if (typeof d === 'string') return d
  const p = program(s.source)
  const old = p.find(x => x.name === d.name)
  if (old === undefined) return `there is no function ${d.name} to replace`
  if (old.params.join(', ') !== d.params.join(', '))
    return `${d.name} has the parameters (${old.params.join(', ')}), not (${d.params.join(', ')})`
  if (showDefinition(old) === showDefinition(d)) return `${d.name} is that already`
  const next = edited(p, d)
  return unsound(next) ?? look(s.task, next.map(showDefinition), s.edits + 1)
}

/** All edits of an action, one after the other; the reason where one cannot be made. */
export const editAll = (s: State, a: Action): State | string => inTurn(s, a, edit, 'edit')

/** Worth the share of the tests that pass. Once something was edited it is an answer, open as long as it can still be edited. */
export function outcome(s: State): Outcome<string> | null {
  if (s.edits === 0 && !passing(s)) return null
  const bad = s.report.filter(x => x !== null)
  return {
    answer: s.source.join('\n'),
    reward: (s.report.length - bad.length) / s.report.length,
    ...(bad.length > 0 ? { feedback: `Failing tests:\n${bad.slice(0, 5).join('\n')}` } : {}),
    ...(finished(s) ? {} : { open: true }),
  }
}

/** The same for states from which the same can be done. */
export const stateKey = (s: State): string => `${s.source.join('\n')}\n${s.task.most - s.edits}`

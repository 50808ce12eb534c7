// A place: what is asked for, and the draft as it is now.
import type { Outcome } from '../../contract/index.ts'
import { asked, broken, complaint, largest, longest } from './constraints.ts'
import type { SequenceTask } from './task.ts'

/** A whole new draft, whatever stood there before. */
export type Action = readonly number[]
export interface State {
  readonly task: SequenceTask
  readonly draft: Action | null
  /** How many were written. */
  readonly drafts: number
}
export const start = (task: SequenceTask): State => ({ task, draft: null, drafts: 0 })

export const right = (s: State): boolean => s.draft !== null && broken(s.task, s.draft).length === 0
export const finished = (s: State): boolean => right(s) || s.drafts >= s.task.drafts

export const showDraft = (xs: Action): string => xs.join(' ')

/** The place after a draft, or why it cannot be one. */
export function write(s: State, xs: Action): State | string {
  if (right(s)) return 'every constraint is met: no further draft'
  if (s.drafts >= s.task.drafts) return `${s.task.drafts === 1 ? 'one draft was' : `${s.task.drafts} drafts were`} written already`
  if (xs.length === 0 || xs.length > longest) return `expected 1 to ${longest} numbers, found ${xs.length}`
  const bad = xs.find(x => !Number.isInteger(x) || x < 1 || x > largest)
  if (bad !== undefined) return `numbers are whole, from 1 to ${largest}, found ${bad}`
  if (s.draft !== null && showDraft(s.draft) === showDraft(xs)) return 'the draft is that already'
  return { task: s.task, draft: xs, drafts: s.drafts + 1 }
}

/** Worth the share of the constraints that are met. A draft is an answer, open as long as another may be written. */
export function outcome(s: State): Outcome<string> | null {
  if (s.draft === null) return null
  const xs = s.draft
  const bad = broken(s.task, xs)
  const all = asked(s.task)
  return {
    answer: showDraft(xs),
    reward: (all.length - bad.length) / all.length,
    ...(bad.length > 0 ? { feedback: bad.map(k => complaint(k, s.task[k], xs)).join('\n') } : {}),
    ...(finished(s) ? {} : { open: true }),
  }
}

// The tree in words: prompts, and what is read back from them and from replies.
import type { Message, Reject, Wanted } from '../../contract/index.ts'
import { type Asks, askFor, type Kind, kindOf, wanted } from '../asks.ts'
import { parseTask, showTask, type TreeTask } from './task.ts'
import type { Path } from './truth.ts'

export interface State {
  readonly task: TreeTask
  readonly path: Path
}

/** `step 3`, or `step 3b` where steps have wordings. */
export const stepText = (action: number, { wordings }: TreeTask): string =>
  wordings === 1 ? `step ${action + 1}` : `step ${Math.floor(action / wordings) + 1}${String.fromCharCode(97 + (action % wordings))}`
export const wayText = (path: Path, task: TreeTask): string => path.map(a => stepText(a, task)).join(', ')

const asks: Asks<Kind> = {
  step: 'Next step:',
  list: 'Next steps:',
  attempt: 'Steps to the end:',
  attempts: 'Ways to the end:',
  judgement: 'Chance:',
}
const wish: Readonly<Record<Kind, string>> = {
  step: 'Write the next step.',
  list: 'Write different next steps, one on each line.',
  attempt: 'Write all steps to the end on one line, commas between them.',
  attempts: 'Write different ways to the end, one on each line, commas between their steps.',
  judgement: 'How likely is it that this walk ends well? Reply with a number from 0 to 1, or with one word: sure, likely or impossible.',
}

export function render({ task, path }: State, want: Wanted): Message[] {
  const worded = task.wordings === 1 ? '' : `, each in ${task.wordings} wordings (a, b, ...)`
  const content = `A walk in a tree. At every place there are ${task.branching} steps, step 1 and so on${worded}; it ends after ${task.depth}. ${wish[kindOf(asks, want)]}\n\nTree: ${showTask(task)}\nSteps so far: ${path.length === 0 ? 'none' : wayText(path, task)}\n${askFor(asks, want)}`
  return [{ role: 'user', content }]
}

const prompt = /\nTree: (\S+)\nSteps so far: (.+)\n([A-Z][a-z ]+:)(?: \(at most (\d+)\))?$/
/** The place a prompt asks about, and what it wants; null: no prompt of this world. */
export function readPrompt(text: string): { state: State; want: Wanted } | null {
  const m = prompt.exec(text)
  const want = m && wanted(asks, m[3], m[4])
  if (!m || want === null) return null
  let task: TreeTask
  try {
    task = parseTask(m[1])
  } catch {
    return null
  }
  const path = m[2] === 'none' ? [] : steps(m[2], task)
  return { state: { task, path }, want }
}

/** All steps that a text names; NaN for one that is none of this tree. */
function steps(text: string, { branching, wordings }: TreeTask): number[] {
  return [...text.matchAll(/\bstep\s+(\d{1,4})([a-z])?/gi)].map(m => {
    const idea = Number(m[1]) - 1
    const wording = m[2] === undefined ? 0 : m[2].toLowerCase().charCodeAt(0) - 97
    return idea >= 0 && idea < branching && wording < wordings ? idea * wordings + wording : Number.NaN
  })
}

/** One step of a reply, or, of an attempt, all that are left. */
export function parse(text: string, { task, path }: State, want: Wanted): number[] | Reject {
  if (want.for === 'judgement') return { reject: 'a judgement is no step' }
  const left = task.depth - path.length
  const found = steps(text, task)
  if (found.length === 0) return { reject: `expected a step such as "${stepText(0, task)}"` }
  const way = want.for === 'attempt' ? found : found.slice(0, 1)
  if (way.some(Number.isNaN))
    return { reject: `expected steps from ${stepText(0, task)} to ${stepText(task.branching * task.wordings - 1, task)}` }
  if (left === 0) return { reject: 'the walk has ended' }
  if (want.for === 'attempt' && way.length !== left) return { reject: `expected the ${left} steps to the end, found ${way.length}` }
  return way
}

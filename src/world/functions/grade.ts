import type { Item, Split } from '../../contract/index.ts'
import { hashText } from '../../kernel/hash.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import { grading, type Mark } from '../marking.ts'
import { seal } from '../seal.ts'
import { type List, run, sameList, showList } from './primitives.ts'
import { type FunctionTask, parseProgram, showTask, truthOf, withAnswer } from './task.ts'
import { drawList } from './tasks.ts'

/** Hidden lists that a program is tried on. */
const hidden = 20
interface Truth {
  readonly task: FunctionTask
  readonly program?: readonly string[]
}

/** A task with its sealed truth: the program that is meant, where it is known; else the examples alone. */
export function item<X extends Split>(task: FunctionTask, split: X, answer?: unknown): Item<FunctionTask, X> {
  const program = truthOf(answer === undefined || answer === null ? task : withAnswer(task, answer))
  const truth: Truth = { task, ...(program === undefined ? {} : { program }) }
  return seal(task, truth, split)
}

/** Tries a program on the examples, and on hidden lists against the program that is meant. All must come out right. */
export const grader = grading('functions', ({ task, program }: Truth, answer: string): Mark => {
  const given = parseProgram(String(answer))
  if (typeof given === 'string') return given
  if (given.length > task.most) return `${given.length} steps, and ${task.most} are allowed`
  const wrong = (input: List, output: List): string | null => {
    const out = run(given, input)
    return out !== null && sameList(out, output)
      ? null
      : `${showList(input)} should become ${showList(output)}, not ${out === null ? 'too large' : showList(out)}`
  }
  for (const x of task.examples) {
    const why = wrong(x.input, x.output)
    if (why !== null) return why
  }
  if (program === undefined) return { correct: 1, note: 'by the examples alone' }
  const r = new AddressedRandom(0, hashText(showTask(task)), 0, 'hidden lists')
  for (let i = 0; i < hidden; i++) {
    const input = drawList(r)
    const output = run(program, input)
    const why = output === null ? null : wrong(input, output)
    if (why !== null) return `hidden: ${why}`
  }
  return true
})

import type { Item, Split } from '../../contract/index.ts'
import { hashText } from '../../kernel/hash.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import { grading, type Mark } from '../marking.ts'
import { seal } from '../seal.ts'
import { complaint, evaluate } from './evaluate.ts'
import { readTest, type Test } from './language.ts'
import { program, type RepairTask, readSource, testsOf, truthOf, withAnswer } from './task.ts'

/** Hidden tests that a repair is put to. */
const hidden = 24
interface Truth {
  readonly task: RepairTask
  readonly sound?: readonly string[]
}

/** A task with its sealed truth: the program that is meant, where it is known; else the tests alone. */
export function item<X extends Split>(task: RepairTask, split: X, answer?: unknown): Item<RepairTask, X> {
  const sound = truthOf(answer === undefined || answer === null ? task : withAnswer(task, answer))
  const truth: Truth = { task, ...(sound === undefined ? {} : { sound }) }
  return seal(task, truth, split)
}

/** Calls like those of the shown tests, in and around their range, with what the program that is meant gives. */
export function hiddenTests(task: RepairTask, sound: readonly string[]): Test[] {
  const p = program(sound)
  const r = new AddressedRandom(0, hashText(task.tests.join(';')), 0, 'hidden tests')
  const like = task.tests.map(t => readTest(t)!)
  const out: Test[] = []
  for (let i = 0; i < hidden; i++) {
    const { name, args } = r.pick(like)
    const moved = args.map((_, j) => {
      const known = like.filter(t => t.name === name).map(t => t.args[j])
      const [low, high] = [Math.min(...known), Math.max(...known)]
      return low + r.int(high - low + 1)
    })
    const expected = evaluate(p, name, moved)
    if (typeof expected === 'number') out.push({ name, args: moved, expected })
  }
  return out
}

/** Puts a repaired program to the shown tests, and to hidden ones that follow from the program that is meant. All must pass. */
export const grader = grading('repair', ({ task, sound }: Truth, answer: string): Mark => {
  const source = readSource(
    String(answer)
      .split('\n')
      .filter(x => x.trim() !== ''),
  )
  if (typeof source === 'string') return source
  const given = program(source)
  const bad = testsOf(task)
    .map(t => complaint(given, t))
    .find(x => x !== null)
  if (bad !== undefined) return bad
  if (sound === undefined) return { correct: 1, note: 'by the shown tests alone' }
  const worse = hiddenTests(task, sound)
    .map(t => complaint(given, t))
    .find(x => x !== null)
  return worse === undefined || `hidden: ${worse}`
})

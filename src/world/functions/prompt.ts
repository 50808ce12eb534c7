// List functions in words, for chat models of any size.
import type { Message, Wanted } from '../../contract/index.ts'
import { type Asks, askFor, type Kind, kindOf } from '../asks.ts'
import { primitives, showList } from './primitives.ts'
import type { State } from './state.ts'

export const asks: Asks<Kind> = {
  step: 'Next step:',
  list: 'Next steps:',
  attempt: 'All steps:',
  attempts: 'Programs:',
  judgement: 'Verdict:',
}
const upTo = (n: number | undefined, what: string): string =>
  n === Number.POSITIVE_INFINITY ? `all ${what}` : `up to ${n} different ${what}`
const wish: Record<Kind, (most: number | undefined) => string> = {
  step: () => 'Write the next step: the name of one operation, on one line, as in the example.',
  list: most => `Write ${upTo(most, 'operations that could be the next step')}, one name on each line, as in the example.`,
  attempt: () => 'Write all steps, from here to the end, one name on each line, as in the example.',
  attempts: most => `Write ${upTo(most, 'programs')} that go from here to the end, one on each line, as in the example.`,
  judgement: () =>
    'Can every list still become what it must in the steps left? Try a little, then end with one word on a line of its own: sure, likely or impossible.',
}

const sample = 'To do:\n[3 1 2] -> [2 4]\n[5 7] -> [14]\nSteps left: 2'
/** Worked examples; the reply follows the first line that asks. */
export const examples: Record<Kind, string> = {
  step: `${sample}\n${asks.step}\ntail`,
  list: `${sample}\n${asks.list}\ntail\ndouble\nrotate`,
  attempt: `${sample}\n${asks.attempt}\ntail\ndouble`,
  attempts: `${sample}\n${asks.attempts}\ntail | double\ndouble | tail`,
  judgement:
    `${sample}\n${asks.judgement}\ntail gives [1 2] and [7], double then gives [2 4] and [14]\nsure\n\n` +
    'To do:\n[3 1 2] -> [9]\nSteps left: 1\nVerdict:\nno single operation leaves [9]\nimpossible',
}

/** One user message: the operations, an example, what is left to do. Equal rests of a task are asked about with one prompt. */
export function render(s: State, want: Wanted): Message[] {
  const kind = kindOf(asks, want)
  const rest = s.values.map((v, i) => `${showList(v)} -> ${showList(s.task.examples[i].output)}`).join('\n')
  const place = `To do:\n${rest}\nSteps left: ${s.task.most - s.steps.length}\n${askFor(asks, want)}`
  const words = `List functions. A program is a chain of operations that turns every list on the left into the one on the right.\nOperations:\n${primitives.map(p => `${p.name}: ${p.does}`).join('\n')}\n${wish[kind](want.list)}`
  return [{ role: 'user', content: [words, `Example\n${examples[kind]}`, `Now\n${place}`].join('\n\n') }]
}

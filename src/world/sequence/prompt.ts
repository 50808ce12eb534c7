// Constraints in words, for chat models of any size.
import type { Message, Wanted } from '../../contract/index.ts'
import { type Asks, askFor, type Kind, kindOf } from '../asks.ts'
import { asked, type Constraints, inWords, largest, longest } from './constraints.ts'
import { type State, showDraft } from './state.ts'

type Asked = Exclude<Kind, 'attempts'>
export const asks: Asks<Asked> = { step: 'Next draft:', list: 'Next drafts:', attempt: 'Draft:', judgement: 'Verdict:' }
const one = 'Write a draft that meets every constraint: the numbers on one line with spaces between them, as in the example.'
const wish: Record<Asked, (most: number | undefined) => string> = {
  step: () => one,
  attempt: () => one,
  list: most =>
    `Write ${most === Number.POSITIVE_INFINITY ? 'all drafts you can think of' : `up to ${most} different drafts`}, one on each line, as in the example.`,
  judgement: () =>
    'Does the draft meet every constraint? Look at each of them, then end with one word on a line of its own: yes or no. Where nothing is written yet, say yes if it can be met.',
}
export const constraintLines = (c: Constraints): string =>
  asked(c)
    .map(k => `- ${inWords[k](c[k])}`)
    .join('\n')

const shown = 'Constraints:\n- there are 3 numbers\n- their sum is 12\nDraft: 2 4 5\nDrafts left: 2'
/** Worked examples. */
export const examples: Record<Asked, string> = {
  step: `${shown}\n${asks.step}\n2 4 6`,
  list: `${shown}\n${asks.list}\n2 4 6\n2 5 5`,
  attempt: `${shown}\n${asks.attempt}\n2 4 6`,
  judgement: `${shown}\n${asks.judgement}\nThere are 3 numbers. Their sum is 11, not 12.\nno`,
}

/** One user message. Equal drafts with equally many left are asked about with one prompt. */
export function render(s: State, want: Wanted): Message[] {
  const kind = kindOf(asks, want)
  const place = [
    'Constraints:',
    constraintLines(s.task),
    `Draft: ${s.draft === null ? 'none yet' : showDraft(s.draft)}`,
    `Drafts left: ${s.task.drafts - s.drafts}`,
    askFor(asks, want),
  ].join('\n')
  const words = `Numbers under constraints. There are at most ${longest} of them, whole, from 1 to ${largest}.\n${wish[kind](want.list)}`
  return [{ role: 'user', content: [words, `Example\n${examples[kind]}`, `Now\n${place}`].join('\n\n') }]
}

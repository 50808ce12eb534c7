// Repairs in words, for chat models of any size.
import type { Message, Wanted } from '../../contract/index.ts'
import { type Asks, askFor, type Kind, kindOf } from '../asks.ts'
import type { State } from './state.ts'

export const asks: Asks<Kind> = {
  step: 'Next edit:',
  list: 'Next edits:',
  attempt: 'All edits:',
  attempts: 'Repairs:',
  judgement: 'Verdict:',
}
const upTo = (n: number | undefined, what: string): string =>
  n === Number.POSITIVE_INFINITY ? `all ${what} you can think of` : `up to ${n} different ${what}`
const wish: Record<Kind, (most: number | undefined) => string> = {
  step: () =>
    'An edit replaces one function by a new version. Write the next edit: the whole new definition on one line, as in the example.',
  list: most =>
    `An edit replaces one function by a new version. Write ${upTo(most, 'next edits')} to choose from, one on each line, as in the example.`,
  attempt: () => 'Write the new definition of every function that has to change, one on each line, as in the example.',
  attempts: most => `Write ${upTo(most, 'repairs')}, one on each line; where two functions have to change put " ; " between them.`,
  judgement: () =>
    'Can the program be repaired in the edits left? Look at the failing tests, then end with one word on a line of its own: sure, likely or impossible.',
}
const language =
  'The language has whole numbers, + - * / % (division rounds down), < <= > >= = != (1 or 0), and, or, if-then-else, and calls; min, max and abs are there.'

const broken =
  'Program:\nlarger(a, b) = if a < b then a else b\nTests:\nlarger(2, 3) = 3 FAILS: gives 2\nlarger(4, 4) = 4 passes\nEdits left: 2'
/** Worked examples. */
export const examples: Record<Kind, string> = {
  step: `${broken}\n${asks.step}\nlarger(a, b) = if a > b then a else b`,
  list: `${broken}\n${asks.list}\nlarger(a, b) = if a > b then a else b\nlarger(a, b) = if a < b then b else a`,
  attempt: `${broken}\n${asks.attempt}\nlarger(a, b) = if a > b then a else b`,
  attempts: `${broken}\n${asks.attempts}\nlarger(a, b) = if a > b then a else b\nlarger(a, b) = max(a, b)`,
  judgement: `${broken}\n${asks.judgement}\nThe comparison is turned round; one edit puts it right.\nsure`,
}

/** One user message: the language, an example, the program with its tests. Equal programs with equal edits left are asked about with one prompt. */
export function render(s: State, want: Wanted): Message[] {
  const kind = kindOf(asks, want)
  const tests = s.task.tests.map((t, i) => {
    const bad = s.report[i]
    if (bad === null) return `${t} passes`
    return `${t} FAILS: ${bad.slice(bad.indexOf(') ') + 2, bad.lastIndexOf(', expected'))}`
  })
  const place = `Program:\n${s.source.join('\n')}\nTests:\n${tests.join('\n')}\nEdits left: ${s.task.most - s.edits}\n${askFor(asks, want)}`
  const words = `Program repair. The program has a mistake: some of its tests fail.\n${language}\n${wish[kind](want.list)}`
  return [{ role: 'user', content: [words, `Example\n${examples[kind]}`, `Now\n${place}`].join('\n\n') }]
}

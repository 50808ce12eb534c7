// Both games in words, for chat models of any size. The examples are from the train split.
import type { Message, Wanted } from '../../contract/index.ts'
import { type Asks, askFor, type Kind, kindOf } from '../asks.ts'
import { type Move, type Rules, result, type State, showMove } from './game.ts'
import { type Rational, show, showAll } from './rational.ts'

/** `10 - 4 = 6 (left: 6 6 9)`. */
export const stepText = (m: Move, c: Rational, left: readonly Rational[]): string => `${showMove(m)} = ${show(c)} (left: ${showAll(left)})`

const game = {
  game24:
    'Game of 24. Combine the numbers with + - * / until only the target is left. Every number is used exactly once. ' +
    'A result may be negative or a fraction; write fractions exactly, such as 8/3.',
  countdown:
    'Countdown. Combine the numbers with + - * / until the target is reached. Every number is used at most once, and every result ' +
    'must be a positive whole number. Stop as soon as the target is reached.',
}
const upTo = (n: number | undefined, what: string): string =>
  n === Number.POSITIVE_INFINITY ? `all ${what}` : `up to ${n} different ${what}`

const wish: Record<Kind, (most: number | undefined) => string> = {
  step: () =>
    'One step takes two of the numbers left and puts their result in their place. Write the next step, on one line, as in the example.',
  list: most =>
    `One step takes two of the numbers left and puts their result in their place. Write ${upTo(most, 'next steps')}, one on each line, as in the example.`,
  attempt: () =>
    'Write all remaining steps, one on each line, and then the answer as one expression of the numbers given, as in the example.',
  attempts: most => `Write ${upTo(most, 'answers')}, each an expression of the numbers given, one on each line, as in the example.`,
  judgement: () =>
    'Can the numbers left still reach the target? Try a little, then end with one word on a line of its own: sure, likely or impossible.',
}
export const asks: Asks<Kind> = {
  step: 'Next step:',
  list: 'Next steps:',
  attempt: 'Steps and answer:',
  attempts: 'Answers:',
  judgement: 'Verdict:',
}

const judged =
  'Target: 24\nNumbers left: 4 20\nVerdict:\n4 + 20 = 24\nsure\n\n' +
  'Target: 24\nNumbers left: 11 12\nVerdict:\n11 + 12 = 23, 12 - 11 = 1, 11 * 12 = 132\nimpossible\n\n' +
  'Target: 24\nNumbers left: 5 6 6\nVerdict:\n5 + 6 + 6 = 17, (6 - 5) * 6 = 6; not found at once, but the size is right\nlikely'
export const examples: Record<keyof typeof game, Record<Kind, string>> = {
  game24: {
    step: 'Target: 24\nNumbers left: 2 3 4 6\nNext step:\n6 - 3 = 3 (left: 2 3 4)',
    list: 'Target: 24\nNumbers left: 2 3 4 6\nNext steps:\n6 - 3 = 3 (left: 2 3 4)\n4 * 6 = 24 (left: 2 3 24)\n2 / 6 = 1/3 (left: 1/3 3 4)',
    attempt:
      'Target: 24\nNumbers: 2 3 4 6\nNumbers left: 2 3 4 6\nSteps and answer:\n' +
      '6 - 3 = 3 (left: 2 3 4)\n2 * 3 = 6 (left: 4 6)\n4 * 6 = 24 (left: 24)\nAnswer: 4 * (2 * (6 - 3)) = 24',
    attempts: 'Target: 24\nNumbers: 2 3 4 6\nNumbers left: 2 3 4 6\nAnswers:\n4 * (2 * (6 - 3)) = 24\n4 * 6 * (3 - 2) = 24',
    judgement: judged,
  },
  countdown: {
    step: 'Target: 53\nNumbers left: 2 5 8 11\nNext step:\n5 * 11 = 55 (left: 2 8 55)',
    list: 'Target: 53\nNumbers left: 2 5 8 11\nNext steps:\n5 * 11 = 55 (left: 2 8 55)\n8 * 5 = 40 (left: 2 11 40)\n8 / 2 = 4 (left: 4 5 11)',
    attempt:
      'Target: 53\nNumbers: 2 5 8 11\nNumbers left: 2 5 8 11\nSteps and answer:\n' +
      '5 * 11 = 55 (left: 2 8 55)\n55 - 2 = 53 (left: 8 53)\nAnswer: 5 * 11 - 2 = 53',
    attempts: 'Target: 53\nNumbers: 2 5 8 11\nNumbers left: 2 5 8 11\nAnswers:\n5 * 11 - 2 = 53\n8 * 5 + 11 + 2 = 53',
    judgement: judged,
  },
}

const steps = (s: State, rules: Rules): string => s.moves.map(m => `${showMove(m)} = ${show(result(m, rules) ?? m.a)}`).join('; ')

/** One user message. Steps and judgements see only the target and the numbers left, so that equal tables are asked about with one prompt. */
export function render(s: State, want: Wanted, rules: Rules): Message[] {
  const kind = kindOf(asks, want)
  const id = rules.all ? 'game24' : 'countdown'
  const place = [`Target: ${s.target}`]
  if (want.for === 'attempt') {
    place.push(`Numbers: ${s.numbers.join(' ')}`)
    if (s.moves.length > 0) place.push(`Steps so far: ${steps(s, rules)}`)
  }
  place.push(`Numbers left: ${showAll(s.left)}`, askFor(asks, want))
  const example = `Example${kind === 'judgement' ? 's' : ''}\n${examples[id][kind]}`
  return [{ role: 'user', content: [`${game[id]}\n${wish[kind](want.list)}`, example, `Now\n${place.join('\n')}`].join('\n\n') }]
}

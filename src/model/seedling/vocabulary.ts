// The words of the number model. Text is tokens separated by single spaces, so that a prompt reads as it is seen: "24 : 4 9 10 13 ;".
import { Failure } from '../../kernel/failure.ts'

/** Number tokens: the id of 0..99 is the number. */
export const numbers = 100
/** Size of the vocabulary. What lies past the named words is reserved, so that later formats keep the shape of the weights. */
export const vocabularySize = 128

const named = [
  '<pad>',
  '+',
  '-',
  '*',
  '/',
  '=',
  ':',
  ';',
  '$',
  '<judge>',
  '<good>',
  '<bad>',
  '<critique>',
  '<backtrack>',
  '<end>',
  '<separator>',
]

/** The word of each id, in order of ids. */
export const words: readonly string[] = Array.from({ length: vocabularySize }, (_, id) =>
  id < numbers ? String(id) : (named[id - numbers] ?? `<reserved_${id - numbers - named.length}>`),
)

const ids = new Map(words.map((word, id) => [word, id]))
const idOf = (word: string): number => ids.get(word)!

/** Ids of the words that are no numbers. `end` closes a finished solution; `judge` asks for a verdict, `good` or `bad`. */
export const token = {
  pad: idOf('<pad>'),
  plus: idOf('+'),
  minus: idOf('-'),
  times: idOf('*'),
  over: idOf('/'),
  equals: idOf('='),
  colon: idOf(':'),
  semicolon: idOf(';'),
  end: idOf('$'),
  judge: idOf('<judge>'),
  good: idOf('<good>'),
  bad: idOf('<bad>'),
  /** A critique in words of the vocabulary follows, up to `close`. */
  critique: idOf('<critique>'),
  close: idOf('<end>'),
  /** Followed by a depth: what was done after it is undone. */
  backtrack: idOf('<backtrack>'),
} as const

/**
 * Ids of a text. @throws Failure on a word outside the vocabulary, naming it and its place.
 */
export function encode(text: string): number[] {
  const out: number[] = []
  for (const word of text.split(/\s+/)) {
    if (word === '') continue
    const id = ids.get(word)
    // Asked in a language it has not: the same for every task, so it is the frame that does not fit.
    if (id === undefined && /\p{L}{2}/u.test(word) && !/[<>]/.test(word))
      throw new Failure(
        'usage',
        `the seedling reads numbers and signs, and is asked in words: ${JSON.stringify(word)} as word ${out.length + 1} of the prompt`,
        'take a chat model for that',
      )
    if (id === undefined)
      throw new Failure(
        'model',
        `expected words of the seedling's vocabulary, found ${JSON.stringify(word)} as word ${out.length + 1} of the prompt`,
        'it knows the numbers 0 to 99, + - * / = : ; $ and the reserved words in angle brackets, separated by spaces',
      )
    out.push(id)
  }
  return out
}

/** Ids of a conversation, as the seedling reads it: one text. What is trained on goes through here, and so does what is asked. */
export const idsOf = (messages: readonly { readonly content: string }[]): number[] => encode(messages.map(m => m.content).join(' '))

/** The text of ids: words joined by single spaces. @throws Failure on an id outside the vocabulary. */
export function decode(tokens: readonly number[]): string {
  return tokens
    .map(checkToken)
    .map(id => words[id])
    .join(' ')
}

/** The id itself. @throws Failure unless it is an integer in [0, vocabularySize). */
export function checkToken(id: number): number {
  if (!Number.isInteger(id) || id < 0 || id >= vocabularySize)
    throw new Failure(
      'model',
      `expected token ids 0 to ${vocabularySize - 1}, found ${id}`,
      'ids are those of the seedling, not of another model',
    )
  return id
}

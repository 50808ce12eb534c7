// Replies read back as steps and solutions.
import type { Reject, Wanted } from '../../contract/index.ts'
import { choicesIn, finalAnswer, markedAnswer, spoken } from './extract.ts'
import type { State } from './prompt.ts'

/** Longest step and longest solution, in characters. */
export const longestStep = 4000
export const longestAttempt = 100_000

const header =
  /^\s*(?:[*_#>]*\s*)?(?:(?:the\s+)?(?:next|last|final)?\s*step(?:\s+\d{1,3})?(?:\s+and\s+answer)?|\d{1,2})\s*[:.)](?:\*\*|__)?(?=\s)[ \t]*/i
const anotherStep = /\n\s*(?:[*_#]*\s*)?step\s+\d{1,3}\b/i
const answerLine = /^\W*(?:(?:the\s+)?(?:final\s+)?answer\b|\\boxed|####)/i

/** The first step of a reply: up to the next heading of a step, or to a blank line that does not part it from its formula or its answer. */
export function firstStep(text: string): string {
  let t = text.trim()
  const head = header.exec(t.slice(0, 200))
  if (head !== null && head[0].length < t.length) t = t.slice(head[0].length).trimStart()
  const next = anotherStep.exec(t)
  if (next !== null) t = t.slice(0, next.index)
  const paragraphs = t.split(/\n[ \t]*\n/)
  let step = paragraphs[0]
  for (let i = 1; i < paragraphs.length; i++) {
    const p = paragraphs[i].trim()
    if (/:\**\s*$/.test(step) || /^(?:\\\[|\$\$)/.test(p) || (answerLine.test(p) && markedAnswer(step) === null)) step += `\n${p}`
    else break
  }
  return step.trim()
}

/** What tells steps apart: their text without spaces, case and Markdown. */
export const plainStep = (text: string): string => text.toLowerCase().replace(/[\s*_`$]+/g, '')

const refuse = (text: string, why: string): Reject => {
  const end = text.trim().replace(/\s+/g, ' ').slice(-60)
  return { reject: end === '' ? 'the reply is empty' : `${why} (it ends with "${end}")` }
}

/** One step, or a whole solution with its answer in it. An answer that had to be guessed is written out, so that the text says itself what it answers. */
export function parse(text: string, s: State, want: Wanted, most: number): string | Reject {
  if (want.for === 'judgement') return { reject: 'a judgement is no step' }
  if (text.length > 4 * longestAttempt)
    return { reject: `the reply has ${text.length} characters, and none is read beyond ${4 * longestAttempt}` }
  const said = spoken(text)
  if (said === null) return { reject: 'the reply ended before the thinking did' }
  const choices = choicesIn(s.question)
  const last = s.steps.length + 1 >= most
  if (want.for === 'step' && !last) {
    const step = firstStep(said)
    if (step === '') return { reject: 'the reply is empty' }
    return step.length > longestStep ? { reject: `a step has at most ${longestStep} characters, and this one has ${step.length}` } : step
  }
  const whole = want.list === undefined ? said.trim() : said.trim().replace(header, '').trim()
  if (whole.length > longestAttempt)
    return { reject: `a solution has at most ${longestAttempt} characters, and this one has ${whole.length}` }
  const found = finalAnswer(whole, choices)
  if (found === null) return refuse(whole, 'there is no final answer: expected a line "Answer: ..."')
  const guessed = found.how === 'line' || found.how === 'result'
  return guessed ? `${whole}\nAnswer: ${found.answer}` : whole
}

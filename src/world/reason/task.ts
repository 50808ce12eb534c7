// Questions as people write them, and the truth that may come with one.
import type { Split } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import { splitBy } from '../split.ts'
import { chainOf } from './chain.ts'

/** A question. What its answer should be is not in it: no search is told. */
export interface ReasonTask {
  readonly question: string
}
export type TaskInput = string | { readonly question: string; readonly choices?: readonly string[]; readonly answer?: unknown }

const longest = 100_000
const example = '"What is 17 * 24?", or {"question": "...", "answer": "..."}'
// Beside the task and not in it, so that states, prompts and records never hold it.
const truths = new WeakMap<ReasonTask, string>()

/** @throws Failure (usage) that says what was expected and what was found */
export function parseTask(input: unknown): ReasonTask {
  const wrong = (what: string): Failure =>
    new Failure('usage', `reason: expected a question, found ${what}`, `a task looks like ${example}`)
  if (typeof input === 'string') {
    const text = input.trim()
    if (/^\{[\s\S]*\}$/.test(text)) {
      try {
        const value: unknown = JSON.parse(text)
        if (typeof value === 'object' && value !== null && ('question' in value || 'problem' in value)) return parseTask(value)
      } catch {
        // A question may well begin with a brace.
      }
    }
    if (text === '') throw wrong('an empty text')
    if (text.length > longest) throw wrong(`a text of ${text.length} characters (at most ${longest})`)
    return Object.freeze({ question: text })
  }
  if (typeof input === 'object' && input !== null && truths.has(input as ReasonTask)) return input as ReasonTask
  if (typeof input !== 'object' || input === null || Array.isArray(input)) throw wrong(JSON.stringify(input)?.slice(0, 80) ?? typeof input)
  const { question, problem, choices, answer } = input as { question?: unknown; problem?: unknown; choices?: unknown; answer?: unknown }
  const asked = question ?? problem
  if (typeof asked !== 'string') throw wrong(`${JSON.stringify(input).slice(0, 80)} without a question`)
  if (
    choices !== undefined &&
    !(Array.isArray(choices) && choices.length <= 26 && choices.every(c => typeof c === 'string' || typeof c === 'number'))
  )
    throw wrong(`choices ${JSON.stringify(choices).slice(0, 80)} (a list of texts)`)
  const listed = ((choices ?? []) as unknown[]).map((c, i) => `(${String.fromCharCode(65 + i)}) ${String(c)}`)
  const task = parseTask([asked.trim(), ...listed].join('\n'))
  const known = answerText(answer)
  return known === undefined ? task : withAnswer(task, known)
}
function answerText(answer: unknown): string | undefined {
  if (answer === undefined || answer === null) return undefined
  return typeof answer === 'object' ? JSON.stringify(answer) : String(answer)
}

/** The same question with the answer that is expected of it, which only a grader sees. */
export function withAnswer(task: ReasonTask, answer: unknown): ReasonTask {
  const known = answerText(answer)
  const copy = Object.freeze({ question: task.question })
  if (known !== undefined) truths.set(copy, known)
  return copy
}

/** What a grader compares with: what came with the task, else what follows from a question of the generator's kind. undefined: nobody knows. */
export const truthOf = (task: ReasonTask): string | undefined => truths.get(task) ?? chainOf(task.question)?.truth.at(-1)?.toString()

/** As one would type it. */
export const showTask = (t: ReasonTask): string => t.question

/** By the question; of generated ones by their numbers, so that no other wording carries them over. */
export function split(t: ReasonTask): Split {
  const chain = chainOf(t.question)
  const text = chain ? `${chain.start} ${chain.ops.map(o => o.op + o.by).join(' ')}` : t.question.toLowerCase().replace(/\s+/g, ' ')
  return splitBy(text)
}

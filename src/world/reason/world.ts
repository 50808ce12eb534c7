import type { PureWorld } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import { answerKey } from './answer.ts'
import type { Example } from './examples.ts'
import { choicesIn, markedAnswer } from './extract.ts'
import { oracle } from './oracle.ts'
import { longestAttempt, longestStep, parse, plainStep } from './parse.ts'
import { render, type State, type Style, standard } from './prompt.ts'
import { parseTask, type ReasonTask, type TaskInput } from './task.ts'

export interface ReasonOptions {
  /** Worked examples in prompts, from 0. Default 1: small models need one or two; large ones follow the words alone. */
  shots?: number
  /** `plain` (default): one message; `chat`: examples as turns of a conversation. */
  style?: Style['style']
  /** Examples of your own in place of the built-in three. */
  examples?: readonly Example[]
  /** Steps after which the prompt asks for the answer and a step without one is refused. Default 16. */
  most?: number
  /** Said before the instruction: a role, a format, what to heed. */
  preface?: string
}

/**
 * Any question in words, solved by steps or in whole attempts. A state is the question and the steps so far; it ends with the step that gives a final
 * answer. Its rules reward nothing: no rule knows the answer to a question in words, so a judge, a verifier or a vote must. What a task file says is for
 * graders, and no search sees it.
 */
export function reason(o: ReasonOptions = {}): PureWorld<State, string, string, ReasonTask | TaskInput> {
  const whole = (name: string, x: number, least: number): number => {
    if (!Number.isInteger(x) || x < least)
      throw new Failure('usage', `reason: expected ${name} as a whole number from ${least}, found ${x}`)
    return x
  }
  const style: Style = {
    shots: whole('shots', o.shots ?? standard.shots, 0),
    style: o.style ?? standard.style,
    examples: o.examples ?? standard.examples,
    most: whole('most', o.most ?? standard.most, 1),
  }
  const { most } = style
  const answerOf = (a: string, question: string): string | undefined => markedAnswer(a, choicesIn(question))?.answer
  const valid = (a: string, s: State): true | string => {
    if (s.answer !== undefined) return `the answer is given already: ${s.answer}`
    if (a.trim() === '') return 'the step is empty'
    if (s.steps.length >= most) return `there are ${most} steps already`
    const ends = answerOf(a, s.question) !== undefined
    if (a.length > (ends ? longestAttempt : longestStep)) return `the step has ${a.length} characters, which is too long`
    if (!ends && s.steps.length + 1 >= most)
      return `this is the last of ${most} steps, and it must give the answer: end with a line "Answer: ..."`
    const key = plainStep(a)
    return s.steps.some(x => plainStep(x) === key) ? 'this step was made already' : true
  }
  return {
    kind: 'pure',
    id: 'reason',
    grains: ['step', 'attempt'],
    start: task => ({ question: parseTask(task).question, steps: [] }),
    step(s, a) {
      const ok = valid(a, s)
      if (ok !== true) throw new Failure('world', `reason: ${ok}`, 'ask valid(action, state) before taking a step')
      const steps = [...s.steps, a.trim()]
      const answer = answerOf(a, s.question)
      return answer === undefined ? { question: s.question, steps } : { question: s.question, steps, answer, key: answerKey(answer) }
    },
    outcome: s => (s.answer === undefined ? null : { answer: s.answer, key: s.key ?? answerKey(s.answer) }),
    render(c, want) {
      const messages = render(c, want, style)
      return o.preface === undefined ? messages : [{ role: 'system', content: o.preface }, ...messages]
    },
    parse: (text, s, want) => parse(text, s, want, most),
    oracle,
    valid,
    actionKey: a => plainStep(a),
    key: s => [s.question, ...s.steps.map(plainStep)].join('\n'),
  }
}

// Questions in words, for chat models of any size.
import type { Context, Message, Wanted } from '../../contract/index.ts'
import { type Example, examples } from './examples.ts'

/** A question and what was said on it so far. */
export interface State {
  readonly question: string
  readonly steps: readonly string[]
  /** The final answer, once a step gave one. */
  readonly answer?: string
  /** What equal answers share. */
  readonly key?: string
}
export interface Style {
  /** Worked examples before the question; 0: none. Small models need one or two, large ones none. */
  readonly shots: number
  /** `plain`: everything in one message; `chat`: examples as turns of a conversation. */
  readonly style: 'plain' | 'chat'
  readonly examples: readonly Example[]
  /** Steps after which an answer must be given. */
  readonly most: number
}
export const standard: Style = { shots: 1, style: 'plain', examples, most: 16 }

type Kind = 'step' | 'last' | 'list' | 'attempt' | 'attempts' | 'judgement'
/** What stands after the place: where the reply begins. An oracle reads the kind of a prompt from it. */
export const asks: Record<Kind, string> = {
  step: 'Next step:',
  last: 'Last step and answer:',
  list: 'Next steps:',
  attempt: 'Solution:',
  attempts: 'Solutions:',
  judgement: 'Verdict:',
}
const form = 'on a line of its own as "Answer: ..." with nothing but the answer after the colon'
const upTo = (n: number | undefined): string => (n === undefined || !Number.isFinite(n) ? 'several' : `up to ${n}`)
const wish: Record<Kind, (n: number | undefined) => string> = {
  step: () =>
    `Solve the problem one step at a time. Write only the next step: one short thought or calculation that moves the solution on. Once the step settles the problem, give the final answer ${form}.`,
  last: () => `Finish the solution in one last step, and give the final answer ${form}.`,
  list: n =>
    `Solve the problem one step at a time. Write ${upTo(n)} different next steps to choose from, each on one line, numbered: different ways to go on, not one after the other. If one settles the problem, end its line with "Answer: ...".`,
  attempt: () => `Solve the problem step by step. Then give the final answer ${form}.`,
  attempts: n =>
    `Write ${upTo(n)} different complete solutions of the problem, each on one line, numbered. End each line with "Answer: ..." and the final answer.`,
  judgement: () =>
    'Check the solution so far, step by step, against the problem. Then end with one word on a line of its own: "sure" (every step is right, and it leads to or has reached the right answer), "likely" (no error found, but it is not certain), or "impossible" (a step or the answer is wrong).',
}

function kindOf(s: State, want: Wanted, most: number): Kind {
  if (want.for === 'judgement') return 'judgement'
  if (want.for === 'attempt') return want.list === undefined ? 'attempt' : 'attempts'
  return s.steps.length + 1 >= most ? 'last' : want.list === undefined ? 'step' : 'list'
}

function place(s: State, kind: Kind, n?: number): string {
  const steps = s.steps.map((x, i) => `Step ${i + 1}: ${x}`)
  const lines = [`Problem:\n${s.question}`]
  if (steps.length > 0 || kind !== 'attempt') lines.push(`Steps so far:\n${steps.length === 0 ? '(none)' : steps.join('\n')}`)
  if (s.answer !== undefined && kind === 'judgement') lines.push(`Answer given: ${s.answer}`)
  lines.push(asks[kind] + (n !== undefined && Number.isFinite(n) ? ` (at most ${n})` : ''))
  return lines.join('\n\n')
}

/** One example as a place and the reply to it. */
function shown(e: Example, kind: Kind): { asked: string; reply: string }[] {
  const answer = `Answer: ${e.answer}`
  const all = [...e.steps]
  const half = Math.floor(all.length / 2)
  const at = (steps: readonly string[], given?: string): State => ({
    question: e.question,
    steps,
    ...(given === undefined ? {} : { answer: given }),
  })
  const whole = all.map((x, i) => `Step ${i + 1}: ${x}`).join('\n')
  if (kind === 'judgement')
    return e.wrong === undefined
      ? []
      : [
          { asked: place(at(all, e.answer), kind), reply: 'Every step checks out.\nsure' },
          { asked: place(at([...all.slice(0, half), e.wrong.step]), kind), reply: `${e.wrong.why}\nimpossible` },
        ]
  if (kind === 'attempt') return [{ asked: place(at([]), kind), reply: `${whole}\n${answer}` }]
  if (kind === 'last') return [{ asked: place(at(all.slice(0, -1)), kind), reply: `${all[all.length - 1]}\n${answer}` }]
  if (kind === 'step')
    return [
      { asked: place(at(all.slice(0, half)), kind), reply: all[half] },
      { asked: place(at(all.slice(0, -1)), kind), reply: `${all[all.length - 1]}\n${answer}` },
    ]
  if (kind === 'list')
    return [{ asked: place(at([]), kind), reply: [all[0], ...(e.other ?? [])].map((x, i) => `${i + 1}. ${x}`).join('\n') }]
  return [{ asked: place(at([]), kind), reply: `1. ${all.join(' ')} ${answer}` }]
}

/** The prompt of a place. */
export function render(c: Pick<Context<State, string>, 'state'>, want: Wanted, o: Style): Message[] {
  const s = c.state
  const kind = kindOf(s, want, o.most)
  const list = kind === 'list' || kind === 'attempts' ? want.list : undefined
  const instruction = wish[kind](list)
  const samples = o.examples.slice(0, o.shots).flatMap(e => shown(e, kind))
  const now = place(s, kind, list)
  if (o.style === 'chat') {
    const turns = samples.flatMap(x => [
      { role: 'user' as const, content: `${instruction}\n\n${x.asked}` },
      { role: 'assistant' as const, content: x.reply },
    ])
    return [...turns, { role: 'user', content: `${instruction}\n\n${now}` }]
  }
  const example = samples.map(x => `Example\n${x.asked}\n${x.reply}`)
  return [{ role: 'user', content: [instruction, ...example, ...(samples.length > 0 ? [`Now\n${now}`] : [now])].join('\n\n') }]
}

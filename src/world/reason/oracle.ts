// The truth about generated questions, for simulated models: it reads the place back from the world's own prompts. Of other questions it knows nothing.
import type { Message, Oracle, Wanted } from '../../contract/index.ts'
import { canonical } from '../../kernel/hash.ts'
import { answerKey } from './answer.ts'
import { apply, chainOf, type Operation } from './chain.ts'
import { markedAnswer } from './extract.ts'
import { asks } from './prompt.ts'

/** `said`: the results of the steps so far, and the answer, where one is given. */
export interface Place {
  readonly question: string
  readonly said: readonly number[]
  readonly answer?: string
}

const prompt =
  /(?:^|\n)Problem:\n([\s\S]*?)\n\n(?:Steps so far:\n([\s\S]*?)\n\n)?(?:Answer given: (.*)\n\n)?([A-Z][a-z ]+:)(?: \(at most (\d+)\))?$/
const wants: Readonly<Record<string, Wanted['for']>> = {
  [asks.step]: 'step',
  [asks.last]: 'step',
  [asks.list]: 'step',
  [asks.attempt]: 'attempt',
  [asks.attempts]: 'attempt',
  [asks.judgement]: 'judgement',
}
const others: readonly Operation['op'][] = ['+', '-', '*', '/']

function read(text: string): { place: Place; want: Wanted } | null {
  if (text.length > 200_000) return null
  const m = prompt.exec(text.slice(Math.max(0, text.lastIndexOf('Problem:\n') - 1)))
  if (!m || wants[m[4]] === undefined || chainOf(m[1]) === null) return null
  const steps = m[2] ?? ''
  const said = [...steps.matchAll(/=\s*(-?\d+)/g)].map(x => Number(x[1]))
  const answer = m[3] ?? markedAnswer(steps)?.answer
  const listed = m[4] === asks.list || m[4] === asks.attempts
  return {
    place: { question: m[1], said, ...(answer === undefined ? {} : { answer }) },
    want: { for: wants[m[4]], ...(listed ? { list: m[5] === undefined ? Number.POSITIVE_INFINITY : Number(m[5]) } : {}) },
  }
}

export const oracle: Oracle<Place> = {
  read(messages: readonly Message[]) {
    const last = messages.at(-1)
    const found = last?.role === 'user' ? read(last.content) : null
    return found && { ...found, key: canonical(found.place) }
  },
  moves({ question, said, answer }) {
    const chain = chainOf(question)
    if (chain === null || answer !== undefined || said.length >= chain.ops.length) return []
    const at = said.at(-1) ?? chain.start
    const { op, by } = chain.ops[said.length]
    const end = said.length + 1 === chain.ops.length
    const right = apply(at, { op, by })
    // Beside the right step: the wrong operation, and the right one reckoned wrong.
    const claims = [
      ...[op, ...others.filter(o => o !== op)].map(o => ({ o, c: apply(at, { op: o, by }) })),
      ...[1, -1, 10, -2].map(off => ({ o: op, c: right + off })),
    ].filter(x => Number.isSafeInteger(x.c))
    return claims.map(({ o, c }) => ({
      text: `${at} ${o} ${by} = ${c}${end ? `, so the answer is ${c}.` : ''}`,
      to: { question, said: [...said, c], ...(end ? { answer: String(c) } : {}) },
    }))
  },
  promising({ question, said, answer }) {
    const chain = chainOf(question)
    if (chain === null) return false
    const right = said.every((x, i) => x === chain.truth[i])
    return right && (answer === undefined || answerKey(answer) === String(chain.truth[chain.truth.length - 1]))
  },
  labels: { promising: ['sure', 'likely'], lost: ['impossible'] },
  attempt: texts => texts.join('\n'),
}

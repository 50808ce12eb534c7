// Questions and facts in words.
import type { Message, Reject, Wanted } from '../../contract/index.ts'
import { type Asks, askFor, wantedBy } from '../asks.ts'
import { readSettings, showSettings } from '../settings.ts'
import { made } from './graph.ts'
import { type Action, begin, type State, step, stepsLeft } from './state.ts'

export const asks: Asks = { step: 'Next step:', list: 'Next steps:', judgement: 'Verdict:' }
const rule =
  'Answer a question by looking up facts, one at a time. "look up RELATION of NAME" shows the fact, among others that were not asked for; NAME must be ' +
  'known from the question or a fact. "answer NAME" ends it.'
const wish = {
  step: () => 'Write the next step, on one line.',
  list: (n: number) => `Write ${Number.isFinite(n) ? `up to ${n}` : 'all useful'} different next steps to choose from, one on each line.`,
  judgement: () =>
    'Do the facts so far lead towards the right answer, and is that still possible with the steps left? Think briefly, then end with one word on a line of its own: sure, likely or impossible.',
}

export function render(s: State, want: Wanted): Message[] {
  const { graph } = s
  const kind = want.for === 'judgement' ? 'judgement' : want.list === undefined ? 'step' : 'list'
  const facts = s.asked.flatMap(q => [
    `look up ${q.relation} of ${q.of}`,
    ...graph.lookUp(q.relation, q.of).map(f => `  the ${f.relation} of ${f.of} is ${f.is}`),
  ])
  const place = [
    `Case ${showSettings(graph.task, made)}`,
    `Question: ${graph.question}`,
    `Relations: ${graph.relations.join(', ')}`,
    'Facts so far:',
    ...(facts.length === 0 ? ['(none)'] : facts),
    ...(s.answer === undefined ? [] : [`answer ${s.answer}`]),
    `Steps left: ${stepsLeft(s)}`,
    askFor(asks, want),
  ]
  return [{ role: 'user', content: `${rule}\n${wish[kind](want.list ?? 1)}\n\nNow\n${place.join('\n')}` }]
}

/** The place that a prompt asks about. */
export function readPrompt(text: string): { state: State; want: Wanted } | null {
  const m = /(?:^|\n)Case (\S+=.*)\nQuestion: .*\nRelations: .*\nFacts so far:\n([\s\S]*)Steps left: \d+\n([^\n]+)$/.exec(text)
  const want = m && wantedBy(asks, m[3])
  if (!m || want === null) return null
  let state = begin(readSettings('hops', m[1], made))
  for (const line of m[2].split('\n')) {
    const a = line.startsWith(' ') ? null : actionIn(line)
    const next = a && step(state, a)
    if (typeof next === 'object' && next !== null) state = next
  }
  return { state, want }
}

function actionIn(line: string): Action | null {
  const answer = /\b[Aa]nswer\b[:\s*"']+(?:is\s+)?["'*]*([A-Z]\w+)/.exec(line)
  if (answer) return { answer: answer[1] }
  const asked = /\b(?:[Ll]ook(?:ing)?|[Ss]earch)\s*(?:up)?[:\s]+(?:for\s+)?(?:the\s+)?["'*]*([a-z][a-z ]*?)\s+of\s+["'*]*([A-Z]\w+)/.exec(
    line,
  )
  return asked && { relation: asked[1], of: asked[2] }
}

/** The first step in a text. */
export function parse(text: string, s: State): Action | Reject {
  for (const line of text.split('\n')) {
    const a = actionIn(line)
    if (a === null) continue
    const next = step(s, a)
    return typeof next === 'string' ? { reject: next } : a
  }
  return {
    reject: text.trim() === '' ? 'the reply is empty' : `no "look up ... of ..." and no "answer ..." in "${text.trim().slice(0, 60)}"`,
  }
}

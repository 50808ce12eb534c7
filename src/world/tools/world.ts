import type { Message, Oracle, PureWorld, Reject, Wanted } from '../../contract/index.ts'
import { type Asks, askFor, wantedBy } from '../asks.ts'
import { readSettings, showSettings } from '../settings.ts'
import { stepping } from '../stepping.ts'
import { answerOf, begin, giveUp, limit, made, noticed, over, type Run, reply, rightTool, solved, step, toolsOf } from './graph.ts'

const asks: Asks = { step: 'Next call:', list: 'Next calls:', judgement: 'Verdict:' }
const rule =
  'A job is done by calling the right tools one after the other. A wrong call spoils all that follows, and its reply need not show it at once. ' +
  `Write the name of a tool to call it, or "${giveUp}" when the replies show that it cannot be mended.`
const wish = {
  step: () => 'Write the next call, on one line.',
  list: (n: number) => `Write ${Number.isFinite(n) ? `up to ${n}` : 'all possible'} different next calls to choose from, one on each line.`,
  judgement: () =>
    'Can the job still be done from here? Think briefly, then end with one word on a line of its own: sure, likely or impossible.',
}

/** The run after its first n calls. */
const upTo = (r: Run, n: number): Run =>
  r.calls.slice(0, n).reduce<Run>((at, c) => {
    const next = step(at, c)
    return typeof next === 'string' ? at : next
  }, begin(r.task))

function render(r: Run, want: Wanted): Message[] {
  const kind = want.for === 'judgement' ? 'judgement' : want.list === undefined ? 'step' : 'list'
  const calls = r.calls.map((c, i) => `${c} -> ${reply(upTo(r, i + 1))}`)
  const place = [
    `Case ${showSettings(r.task, made)}`,
    `Tools: ${toolsOf(r.task).join(', ')}`,
    'Calls so far:',
    ...(calls.length === 0 ? ['(none)'] : calls),
    ...(r.gaveUp ? [giveUp] : []),
    `Calls left: ${limit(r.task) - r.calls.length}`,
    askFor(asks, want),
  ]
  return [{ role: 'user', content: `${rule}\n${wish[kind](want.list ?? 1)}\n\nNow\n${place.join('\n')}` }]
}

function readPrompt(text: string): { run: Run; want: Wanted } | null {
  const m = /(?:^|\n)Case (\S+=.*)\nTools: .*\nCalls so far:\n([\s\S]*)Calls left: \d+\n([^\n]+)$/.exec(text)
  const want = m && wantedBy(asks, m[3])
  if (!m || want === null) return null
  let run = begin(readSettings('tools', m[1], made))
  for (const line of m[2].split('\n')) {
    const next = step(run, line.split(' -> ')[0])
    if (typeof next !== 'string') run = next
  }
  return { run, want }
}

function parse(text: string, r: Run): string | Reject {
  for (const line of text.split('\n')) {
    if (/\bgiv(?:e|ing)[ _-]?up\b/i.test(line)) return giveUp
    const tool = /\b[a-z]+_[a-z]+\b/.exec(line)
    if (tool === null) continue
    const next = step(r, tool[0])
    return typeof next === 'string' ? { reject: next } : tool[0]
  }
  return { reject: text.trim() === '' ? 'the reply is empty' : `no tool of the list in "${text.trim().slice(0, 60)}"` }
}

/** Once an error shows, what is thought of is to give up. */
export const oracle: Oracle<Run> = {
  read(messages) {
    const last = messages.at(-1)
    const found = last?.role === 'user' ? readPrompt(last.content) : null
    return found && { place: found.run, key: JSON.stringify([found.run.task, found.run.calls, found.run.gaveUp]), want: found.want }
  },
  moves(r) {
    if (over(r)) return []
    const names = r.since > 0 && noticed(r) ? [giveUp] : toolsOf(r.task)
    return names.map(text => ({ text, to: step(r, text) as Run }))
  },
  promising: r => !r.gaveUp && r.since === 0 && limit(r.task) - r.calls.length >= r.task.depth - r.done,
  labels: { promising: ['sure', 'likely'], lost: ['impossible'] },
  attempt: texts => texts.join('\n'),
}

/**
 * Tool calls with hidden consequences: a random decision graph, in which a wrong early call makes every continuation fail, and a lag between the wrong
 * call and the reply that shows it. Made for searches that must find out how far to go back (DFSDT, arXiv:2307.16789).
 */
export const tools: PureWorld<Run, string, string, unknown> = {
  kind: 'pure',
  id: 'tools',
  grains: ['step'],
  start: task => begin(readSettings('tools', task, made)),
  ...stepping('tools', step),
  outcome(s) {
    if (!over(s)) return null
    return solved(s) ? { answer: answerOf(s.task), reward: 1 } : { answer: '', reward: 0, failed: true }
  },
  render: (c, want) => render(c.state, want),
  parse: (text, s) => parse(text, s),
  oracle,
  actions: s => (over(s) ? [] : [...toolsOf(s.task), giveUp]),
  actionKey: a => a,
  key: s => `${s.calls.join(' ')}${s.gaveUp ? ' given up' : ''}`,
  show: a => a,
  observed: reply,
}
/** The truth, for graders and tests. */
export const wayOf = (t: Run['task']): string[] => Array.from({ length: t.depth }, (_, i) => rightTool(t, i))
